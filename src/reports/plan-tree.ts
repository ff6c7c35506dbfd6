import { plural } from '../fields/index.ts'
import type { Plan, Step } from '../plan/plan.ts'
import { duration } from './duration.ts'
import { stagesOf } from './outcome.ts'

/** Steps that people wait for; the deadlines of the others would only be noise. */
const waitedFor: readonly Step['do'][] = [
  'pull',
  'verify-fixture',
  'restore',
  'capture',
  'start',
  'up',
  'replace',
  'ready',
  'command',
  'export',
]

/** The plan as a numbered tree, printed before anything starts. The same plan gives the same text. */
export function planTree(plan: Plan): string {
  const versions = plan.releases.map((release) => release.version).join(' → ')
  const width = Math.max(0, ...stagesOf(plan).flatMap((stage) => stage.steps.map((step) => step.title.length)))
  const lines = [
    `${plan.name}: ${versions}`,
    `strategy ${plan.strategy}, ${plural(plan.hops.length, 'hop')}, ${plural(plan.checks.length, 'check')}, at most ${duration(plan.totalMs)}`,
    ...(plan.notes ?? []),
    '',
    'releases',
    ...plan.releases.flatMap(releaseLines),
    ...plan.hops.flatMap((hop) => changeLines(plan, hop)),
  ]
  const stages = stagesOf(plan)
  for (const [index, stage] of stages.entries()) {
    if (stage.repeats) {
      if (stages[index + 1]?.repeats) continue
      const first = stages.findLastIndex((one, place) => place < index && !one.repeats) + 2
      lines.push('', `${first} to ${index + 1} the same again, killed at other moments`)
      continue
    }
    lines.push(
      '',
      `${index + 1} ${stage.title}${stage.order === 'together' && stage.steps.length > 1 ? ' (together)' : ''}`,
    )
    // The same steps as before, and only where there is something to explain.
    if (stage.only) continue
    for (const [own, step] of stage.steps.entries()) {
      const number = `${index + 1}.${own + 1}`
      const last = stage.steps.findLastIndex(isSmoke)
      if (!isSmoke(step) || stage.phase === 'baseline' || (own === last && !isSmoke(stage.steps[own - 1]))) {
        lines.push(stepLine(number, step, Math.min(width, 72)), ...conditions(step))
      } else if (!isSmoke(stage.steps[own - 1])) {
        lines.push(`  ${number.padEnd(4)} the smoke suite again, ${index + 1}.${last + 1} the last`)
      }
    }
  }
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}

/** Listed once, on the baseline; all other sides are asked the same. */
function isSmoke(step: Step | undefined): boolean {
  return step?.do === 'check' && step.set === 'smoke'
}

function releaseLines(
  { version, images, carried, files = [] }: Plan['releases'][number],
  index: number,
  all: Plan['releases'],
): string[] {
  const isSource = index === 0 || all[index - 1]?.carried === true
  const role = carried ? 'carried from' : isSource ? 'from' : index === all.length - 1 ? 'to' : 'by way of'
  const width = Math.max(0, ...images.map((image) => image.service.length))
  const lines = images.map(
    (image) => `    ${image.service.padEnd(width)}  ${image.reference}${image.pinned ? '  (pinned)' : ''}`,
  )
  return [`  ${role} ${version}${files.length > 0 ? `, of ${files.join(', ')}` : ''}`, ...lines]
}

function changeLines({ releases }: Plan, { from, to, changes = [] }: Plan['hops'][number]): string[] {
  // The pinned images stand above; that they change is what the upgrade is.
  const pinned = new Set(releases[to]?.images.filter((image) => image.pinned).map(({ service }) => service))
  const told = changes.filter(({ service, part }) => part !== 'image' || !pinned.has(service))
  if (told.length === 0) return []
  const width = Math.max(...told.map(({ service, part }) => `${service} ${part}`.length))
  return [
    '',
    `what else changes from ${releases[from]?.version} to ${releases[to]?.version}`,
    ...told.map(({ service, part, text }) => `    ${`${service} ${part}`.padEnd(width)}  ${text}`),
  ]
}

function stepLine(number: string, step: Step, width: number): string {
  const limit = waitedFor.includes(step.do) ? `  within ${duration(step.withinMs)}` : ''
  return `  ${number.padEnd(4)} ${limit === '' ? step.title : step.title.padEnd(width)}${limit}`
}

/** What a command's success is, besides its exit code, and what it may start. */
function conditions(step: Step): string[] {
  if (step.do !== 'command') return []
  const { require, forbid, dependencies, quiesced = [] } = step
  const told = [
    ...(require === undefined ? [] : [`has to print /${require}/`]),
    ...(forbid === undefined ? [] : [`must not print /${forbid}/`]),
    ...(dependencies ? ['starts what it depends on'] : []),
    ...(quiesced.length > 0 ? [`${quiesced.join(' and ')} must stand still`] : []),
  ]
  return told.length > 0 ? [`       ${told.join('; ')}`] : []
}
