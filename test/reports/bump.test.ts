import { expect, test } from 'vitest'
import { summary } from '../../src/reports/summary.ts'
import type { BumpEvidence } from '../../src/verdict/verdict.ts'
import { passed } from './sample.ts'

const [base, head] = ['a'.repeat(40), 'b'.repeat(40)]
const bump: BumpEvidence = {
  kind: 'upgrade',
  sentence: 'This is an upgrade (APP in .env: 1.0 → 2.0).',
  base,
  head,
  pins: [{ pin: 'APP in .env', before: '1.0', after: '2.0' }],
}
const summaryOf = (evidence: BumpEvidence) => {
  const input = passed()
  return summary({ ...input, verdict: { ...input.verdict, bump: evidence } }).content
}

test('a version bump is told with its commits, and is reproduced as one', () => {
  const text = summaryOf(bump)
  expect(text).toContain('This is an upgrade (APP in .env: 1.0 → 2.0).')
  expect(text).toContain(`From the base <code>${'a'.repeat(12)}</code> to <code>${'b'.repeat(12)}</code>.`)
  expect(text).toContain(`upgrade-rehearsal bump --config upgrade-rehearsal.yml --base ${base}\n`)
  expect(text).not.toContain('The source has')
})

test('so is what of the source is not that of the checkout', () => {
  const text = summaryOf({ ...bump, files: ['docker-compose.yml at aaaaaaaaaaaa'] })
  expect(text).toContain('The source has <code>docker-compose.yml at aaaaaaaaaaaa</code>.')
})
