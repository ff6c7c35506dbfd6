import type { Problem } from '../errors.ts'
import { type Facts, of } from './facts.ts'
import { type Finding, finding, oneLine, place } from './finding.ts'
import type { CapturedFixture, Verdict } from './verdict.ts'

/** A fixture that was to be captured and was not: the verdict on the upgrade stands, and the wish is told as unfulfilled. */
export function captureFindings({ plan, capture }: Facts): Finding[] {
  const ended = of(capture, 'step-finished')
  const steps = (plan.capture ?? []).flatMap((stage) => stage.steps)
  const lacking = steps.find(({ id }) => ended.find((one) => one.step === id)?.outcome !== 'done')
  if (!lacking) return []
  const problem = ended.find((one) => one.step === lacking.id)?.problem
  const why = problem?.message ?? 'the target was not green at once, and only such a state is captured'
  return [finding('warning', 'CAPTURE_FAILED', said(why), place('capture', undefined, lacking.title))]
}

/** The verdict with what became of the captured fixtures once it was known. */
export function withCaptured(
  verdict: Verdict,
  placed: { readonly captured: readonly CapturedFixture[] } | { readonly problem: Problem },
): Verdict {
  if ('captured' in placed) return placed.captured.length === 0 ? verdict : { ...verdict, captured: placed.captured }
  const reason = { code: 'CAPTURE_FAILED', message: said(placed.problem.message), where: 'capture' }
  return { ...verdict, verdict: 'compatible-with-warnings', reasons: [...verdict.reasons, reason] }
}

function said(why: string): string {
  return `No fixture was captured: ${oneLine(why).replace(/[.\s]+$/, '')}.`
}
