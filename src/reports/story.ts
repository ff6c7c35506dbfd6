import { plural } from '../fields/index.ts'
import type { Plan, Stage } from '../plan/plan.ts'
import type { Entry } from '../run/journal.ts'
import { duration } from './duration.ts'
import { numbered, phaseName, type Trouble, troubleOf } from './outcome.ts'
import { cleanText } from './xml-text.ts'

/** How text is set off on this terminal; without colour each gives its text back. */
export interface Paint {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly warn: (text: string) => string
  readonly dim: (text: string) => string
  readonly strong: (text: string) => string
}

/** A piece of the live story. `output` holds what the application or the user's commands said. */
export type Told =
  | { readonly tell: 'stage'; readonly line: string }
  | { readonly tell: 'line'; readonly line: string }
  | { readonly tell: 'output'; readonly line: string }
  | { readonly tell: 'failure'; readonly title: string; readonly message: string }

const logLines = 10

/** Turns each entry, as it is written, into lines for people. */
export function createStory(plan: Plan, paint: Paint): (entry: Entry) => Told[] {
  const steps = new Map(numbered(plan).map((one) => [one.step.id, one]))
  const width = Math.min(64, Math.max(0, ...[...steps.values()].map((one) => one.step.title.length)))
  const checks = new Map<string, Extract<Entry, { type: 'check' }>>()
  let stage = 0
  let speaking = ''

  function title(id: string): string {
    const one = steps.get(id)
    return one ? `${one.number.padEnd(4)} ${cleanText(one.step.title)}` : id
  }

  function finished(entry: Extract<Entry, { type: 'step-finished' }>): Told[] {
    speaking = ''
    const check = checks.get(entry.step)
    const trouble = troubleOf({ finished: entry, ...(check ? { check } : {}) })
    const mark = trouble ? paint.bad('✗') : paint.good('✓')
    const note = entry.note ? `  ${paint.dim(`(${cleanText(entry.note)})`)}` : ''
    const line = `  ${mark} ${title(entry.step).padEnd(width + 5)}  ${duration(entry.ms)}${note}`
    if (!trouble) return [{ tell: 'line', line }]
    const one = steps.get(entry.step)
    const name = [one && phaseName(one.stage), trouble.service, one?.step.title ?? entry.step]
      .filter(Boolean)
      .join(' · ')
    const told: Told[] = [{ tell: 'line', line }, ...details(trouble)]
    // A way back that may fail, or an upgrade that is made to, is no news of a failure.
    if (one && !isClaimed(plan, one.stage)) return told
    return [...told, { tell: 'failure', title: name, message: summaryOf(trouble) }]
  }

  function details(trouble: Trouble): Told[] {
    const facts = [
      trouble.message && indented('', trouble.message),
      trouble.expected && indented('expected ', trouble.expected),
      trouble.actual && indented('got      ', trouble.actual),
      trouble.hint && indented('next: ', trouble.hint),
    ].flatMap((lines) => lines || [])
    const log = trouble.log
      .slice(-logLines)
      .flatMap((line) => indented('| ', line))
      .map(paint.dim)
    return [...facts, ...log].map((line) => ({ tell: 'output', line }))
  }

  return (entry) => {
    const told: Told[] = []
    // It was shown where it happened.
    if (entry.shared) return told
    const say = (line: string) => told.push({ tell: 'line', line })
    switch (entry.type) {
      case 'step-started': {
        const one = steps.get(entry.step)
        if (one && one.stageNumber !== stage) {
          stage = one.stageNumber
          told.push({ tell: 'stage', line: paint.strong(`${stage} ${cleanText(one.stage.title)}`) })
        }
        break
      }
      case 'step-output':
        if (speaking !== entry.step) say(`  ${paint.dim('▸')} ${title(entry.step)}`)
        speaking = entry.step
        for (const line of indented('', entry.line)) told.push({ tell: 'output', line: paint.dim(line) })
        break
      case 'check':
        checks.set(entry.step, entry)
        break
      case 'step-finished':
        told.push(...finished(entry))
        break
      case 'shared-stages':
        for (const one of entry.titles) say(`  ${paint.dim(`by ${entry.path}: ${cleanText(one)}`)}`)
        break
      case 'warning':
        say(`  ${paint.warn('!')} ${entry.code}: ${flat(entry.message)}${entry.where ? ` (${flat(entry.where)})` : ''}`)
        break
      case 'problem':
        say(`  ${paint.bad('✗')} ${entry.problem.code}: ${flat(entry.problem.message)}`)
        told.push({
          tell: 'failure',
          title: entry.problem.where ?? entry.problem.code,
          message: flat(entry.problem.message),
        })
        break
      case 'cancelled':
        say(`  ${paint.warn('!')} cancelled by ${entry.signal}`)
        break
      case 'removed':
        say(
          paint.dim(
            `  removed ${plural(entry.containers, 'container')}, ${plural(entry.networks, 'network')}, ${plural(entry.volumes, 'volume')}`,
          ),
        )
        break
      case 'kept':
        for (const line of entry.how) say(`  ${flat(line)}`)
        break
      default:
    }
    return told
  }
}

/** False on a way back that nothing claims to work, and of a fresh install or a capture, whose failure is none of the upgrade. */
function isClaimed({ ways }: Plan, { phase, way }: Stage): boolean {
  if (phase === 'fresh' || phase === 'capture') return false
  return phase !== 'rollback' || ways.some((one) => one.id === way && one.expect === 'works')
}

function indented(label: string, text: string): string[] {
  const [first = '', ...rest] = cleanText(text).split('\n')
  return [label + first, ...rest.map((line) => ' '.repeat(label.length) + line)].map((line) => `        ${line}`)
}

function flat(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ').trim()
}

function summaryOf(trouble: Trouble): string {
  const parts = [
    trouble.message,
    trouble.expected && `expected ${trouble.expected}`,
    trouble.actual && `got ${trouble.actual}`,
  ]
  return flat(parts.filter(Boolean).join(', ')) || 'it failed without saying why'
}
