import { expect, test } from 'vitest'
import { withLostReports } from '../../src/verdict/lost-reports.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { passed } from '../reports/sample.ts'

const full = { code: 'NO_SPACE', message: "can't write verdict.json: no space left", where: 'verdict.json' } as const

test('a pass whose report could not be written is none', () => {
  const { verdict } = passed()
  expect(verdict.verdict).toBe('compatible')
  expect(withLostReports(verdict, [])).toBe(verdict)
  expect(withLostReports(verdict, [full])).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'NO_SPACE' }] })
})

test('what the upgrade broke stays broken', () => {
  const reason = { code: 'TARGET_CRASHED', message: 'it died', where: 'target' }
  const broken: Verdict = { ...passed().verdict, verdict: 'incompatible', reasons: [reason] }
  const seen = withLostReports(broken, [full])
  expect(seen.verdict).toBe('incompatible')
  expect(seen.reasons.map(({ code }) => code)).toEqual(['TARGET_CRASHED', 'NO_SPACE'])
})
