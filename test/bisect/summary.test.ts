import { expect, test } from 'vitest'
import { bisectSummary } from '../../src/bisect/summary.ts'
import type { Bisected } from '../../src/rehearse-bisect.ts'

const found: Bisected = {
  schemaVersion: 1,
  verdict: 'incompatible',
  from: '1.0.0',
  to: '1.3.0',
  first: '1.2.0',
  lastGood: '1.1.0',
  unclear: [],
  tried: [
    {
      version: '1.2.0',
      verdict: 'incompatible',
      reasons: [{ code: 'TARGET_CRASHED', message: 'web died | @all', where: 'web' }],
    },
    { version: '1.1.0', verdict: 'compatible', reasons: [] },
  ],
  sentence: "1.2.0 is the first release that 1.0.0 can't be upgraded to (TARGET_CRASHED); 1.1.0 is the last good one.",
}

test('the answer comes first, then what was tried in its order', () => {
  expect(bisectSummary(found)).toBe(`# ❌ incompatible: where 1.0.0 → 1.3.0 breaks first

1.2.0 is the first release that 1.0.0 can't be upgraded to (TARGET&#95;CRASHED); 1.1.0 is the last good one.

| first break | last good |
| --- | --- |
| 1.2.0 | 1.1.0 |

## What was tried

|  | upgrade | verdict | why | report |
| --- | --- | --- | --- | --- |
| 1 | 1.0.0 → 1.2.0 | ❌ incompatible | <code>TARGET&#95;CRASHED</code> web died &#124; @\u200ball | <code>1.2.0</code> |
| 2 | 1.0.0 → 1.1.0 | ✅ compatible |  | <code>1.1.0</code> |
`)
})

test('a search that was cut off has no answer', () => {
  const { first: _, ...rest } = found
  const cut = bisectSummary({ ...rest, verdict: 'inconclusive', tried: [], sentence: 'The search was cut off.' })
  expect(cut).toContain('❔ inconclusive')
  expect(cut).toContain('The search was cut off.')
  expect(cut).toContain('| – | 1.1.0 |')
  expect(cut).toContain('No rehearsal has ended yet.')
})
