import { expect, test } from 'vitest'
import { reproducible } from '../../src/reports/reproducible.ts'
import { unplannedVerdict } from '../../src/verdict/judge.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'

const digest = `sha256:${'0123456789ab'.repeat(5)}abcd`

function seen(runId: string, at: string, ms: number, address: string, container: string): Verdict {
  const message = `ur-${runId}-web at ${address}:8000 (${container}) was not ready within ${ms} ms, at ${at}: 12 rows, 3 s late, after 1 m 0${ms % 10} s`
  const reason = { code: 'TIMEOUT', message, where: 'target · web' }
  return {
    ...unplannedVerdict({ runId, name: 'notes', at, reason }),
    to: { version: '2.0', images: [{ service: 'web', reference: 'notes:2.0', digest }] },
    timings: [{ step: 'a.1', title: 'start 2.0', ms, outcome: 'done' }],
  }
}

test('two runs that saw the same are equal', () => {
  const one = seen('k3b9', '2026-01-02T03:04:05.678Z', 812, '172.18.0.3', '0a1b2c3d4e5f')
  const other = seen('x7q2', '2026-02-03 13:14:15+01:00', 1204, '172.19.0.4', 'ffb2c3d4e5f6')
  expect(reproducible(one)).toEqual(reproducible(other))
  expect(reproducible(one).reasons[0]?.message).toBe(
    'ur-run-web at 0.0.0.0:8000 (000000000000) was not ready within 0 s, at 1970-01-01T00:00:00.000Z: 12 rows, 0 s late, after 0 s',
  )
})

test('what they saw stays: versions, digests, numbers of rows', () => {
  const verdict = reproducible(seen('k3b9', '2026-01-02T03:04:05.678Z', 812, '172.18.0.3', '0a1b2c3d4e5f'))
  expect(verdict.to).toEqual({ version: '2.0', images: [{ service: 'web', reference: 'notes:2.0', digest }] })
  expect(verdict.reasons[0]?.message).toContain('12 rows')
  const more = { ...verdict, reasons: [{ code: 'DATA_LOST', message: '13 rows', where: 'db' }] }
  expect(reproducible(more)).not.toEqual(verdict)
})
