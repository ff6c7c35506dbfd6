import { formatBytes } from '../fields/index.ts'
import { duration } from './duration.ts'
import { phaseName, stepOutcomes, subject, troubleOf } from './outcome.ts'
import type { ReportInput } from './report.ts'
import { cleanText } from './xml-text.ts'

const logLines = 10
const moreReasons = 3
const textWidth = 400

/** The end of a run that is no pass, on one screen: what, where, expected and actual, the log, and where to read on. */
export function failureScreen({
  plan,
  verdict,
  entries,
  reportDir,
}: ReportInput & { readonly reportDir: string }): string[] {
  const [first, ...others] = verdict.reasons
  const shown = stepOutcomes(plan, entries).find(({ step }) => step.id === first?.step)
  const trouble = shown && troubleOf(shown)
  const hop = shown?.stage.hop === undefined ? undefined : verdict.hops[shown.stage.hop - 1]
  const isService = plan.releases.some(({ images }) => images.some((image) => image.service === trouble?.service))
  const fact = (name: string, text: string | undefined) => (text ? [`  ${name.padEnd(9)} ${short(text)}`] : [])
  const log = (trouble?.log ?? []).slice(-logLines).map((line) => `    | ${short(line)}`)
  const left = others.length - moreReasons
  return [
    '',
    `${verdict.verdict.toUpperCase()}: ${subject(verdict)}`,
    ...(first ? [`  ${first.code}: ${short(first.message)}`] : []),
    '',
    ...fact('phase', shown && phaseName(shown.stage)),
    ...fact('hop', hop && `${hop.from} → ${hop.to}`),
    ...fact(isService ? 'service' : 'at', trouble?.service),
    ...fact('step', shown && `${shown.number} ${shown.step.title}`),
    ...fact('where', shown ? undefined : first?.where),
    ...fact('expected', trouble?.expected),
    ...fact('actual', trouble?.actual),
    ...fact('next', trouble?.hint),
    ...(log.length > 0 ? ['  last log lines', ...log] : []),
    ...others
      .slice(0, moreReasons)
      .map((reason) => `  also ${reason.code}: ${short(reason.message)} (${short(reason.where)})`),
    ...(left > 0 ? [`  and ${left} more reasons in verdict.json`] : []),
    ...fact('way back', wayBack(verdict)),
    ...fact('reports', reportDir),
  ]
}

/** The end of a run that passed, in four lines; each warning adds one. */
export function successScreen({
  verdict,
  reportDir,
}: Pick<ReportInput, 'verdict'> & { readonly reportDir: string }): string[] {
  const { baseline, target } = verdict.checks
  const took = Date.parse(verdict.finishedAt) - Date.parse(verdict.startedAt)
  return [
    `${verdict.verdict.toUpperCase()}: ${subject(verdict)}${Number.isFinite(took) ? ` in ${duration(took)}` : ''}`,
    ...verdict.reasons
      .slice(0, 20)
      .map((reason) => `  ! ${reason.code}: ${short(reason.message)} (${short(reason.where)})`),
    `  checks    ${baseline.passed} passed on the baseline, ${target.passed} on the target`,
    `  way back  ${short(wayBack(verdict))}`,
    ...(verdict.captured ?? []).map(({ path, bytes }) => `  captured  ${short(path)} (${formatBytes(bytes)})`),
    `  reports   ${reportDir}`,
  ]
}

/** The axis in a few words, and what it comes to. */
function wayBack({ rollback, wayBack: { sentence } }: ReportInput['verdict']): string {
  const tried = Object.entries(rollback).filter(([, outcome]) => outcome !== 'not-run')
  if (tried.length === 0) return 'not rehearsed'
  return `${tried.map(([way, outcome]) => `${way} ${outcome}`).join(', ')}. ${sentence}`
}

function short(text: string): string {
  // The screen ends in the log of a CI as well, where `##[` begins a command.
  const line = cleanText(text).replace(/\s+/g, ' ').replaceAll('##[', '##\u200b[').trim()
  return line.length > textWidth ? `${line.slice(0, textWidth)} …` : line
}
