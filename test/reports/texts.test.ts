import { describe, expect, test } from 'vitest'
import { duration } from '../../src/reports/duration.ts'
import { failureScreen, planTree, successScreen } from '../../src/reports/index.ts'
import { junit } from '../../src/reports/junit.ts'
import { block, plain } from '../../src/reports/markdown.ts'
import { summary } from '../../src/reports/summary.ts'
import { unplannedVerdict } from '../../src/verdict/judge.ts'
import { goodRun, makePlan } from '../verdict/rehearsal.ts'
import { cancelled, crashed, hostile, inputOf, passed, regressed, unready } from './sample.ts'

const samples = Object.entries({ passed, regressed, crashed, unready, cancelled })

test.each(samples)('the summary of a run that was %s', async (name, make) => {
  const { path, content } = summary(make())
  expect(path).toBe('summary.md')
  expect(content).toMatch(/^# \S+ (compatible|incompatible|inconclusive): example 1\.0\.0 → 2\.0\.0\n\n/)
  await expect(content).toMatchFileSnapshot(`golden/${name}.summary.md`)
})

test('a summary is never larger than 900 KiB', () => {
  const checks = Array.from({ length: 20_000 }, (_, index) => ({
    id: `${index}`,
    kind: 'http',
    title: 'é'.repeat(1_000),
  }))
  const plan = makePlan(1, { checks, name: 'é'.repeat(2_000_000) })
  const { content } = summary(inputOf(plan, goodRun(plan)))
  expect(Buffer.byteLength(content)).toBeLessThanOrEqual(900 * 1024)
  expect(content).not.toContain('\ufffd')
})

test('text is inert in Markdown', () => {
  const text = plain(`${hostile}\n| x | [a](b) https://x.example`)
  expect(text).not.toMatch(/[<>|`*[\]\n\u001b]/)
  expect(text).not.toMatch(/@\w|(?<!&)#\d|https:\/\//)
  expect(plain('a_b #1')).toBe('a&#95;b #\u200b1')
  expect(block(['a ``` b', 'c\nd'])).toBe('````text\na ``` b\nc d\n````')
})

test.each(samples.slice(1))('the last screen of a run that was %s', async (name, make) => {
  const lines = failureScreen({ ...make(), reportDir: 'upgrade-report' })
  expect(lines.length).toBeLessThanOrEqual(30)
  expect(lines.join('')).not.toMatch(/[\n\u001b\u0000]/)
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`golden/${name}.screen.txt`)
})

test('a pass ends in four lines', () => {
  expect(successScreen({ ...passed(), reportDir: 'upgrade-report' })).toEqual([
    'COMPATIBLE: example 1.0.0 → 2.0.0 in 0 ms',
    '  checks    2 passed on the baseline, 2 on the target',
    '  way back  not rehearsed',
    '  reports   upgrade-report',
  ])
})

test('a run that never had a plan says why it ended', () => {
  const plan = makePlan(1, { name: 'x', releases: [], hops: [], stages: [], checks: [] })
  const reason = { code: 'PULL_AUTH', message: 'no ##[error]', where: 'before the first step' }
  const verdict = unplannedVerdict({ runId: 'r1', name: 'rehearsal', at: '2026-01-02T03:04:05.678Z', reason })
  expect(failureScreen({ plan, verdict, entries: [], reportDir: 'upgrade-report' })).toEqual([
    '',
    'INCONCLUSIVE: rehearsal',
    '  PULL_AUTH: no ##\u200b[error]',
    '',
    '  where     before the first step',
    '  way back  not rehearsed',
    '  reports   upgrade-report',
  ])
  expect(summary({ plan, verdict, entries: [] }).content).toMatch(/^# \S+ inconclusive: rehearsal\n[^|]*$/)
  expect(junit({ plan, verdict, entries: [] }).content).toContain('errors="1"')
})

test('the plan is printed as a numbered tree', async () => {
  await expect(planTree(makePlan(2))).toMatchFileSnapshot('golden/plan.txt')
})

describe('durations', () => {
  test.each<[number, string]>([
    [0, '0 ms'],
    [480, '480 ms'],
    [999.6, '1.0 s'],
    [1_800, '1.8 s'],
    [59_949, '59.9 s'],
    [59_950, '1 m 00 s'],
    [125_000, '2 m 05 s'],
    [3_599_600, '1 h 00 m'],
    [3_720_000, '1 h 02 m'],
  ])('%d ms is %s', (ms, text) => expect(duration(ms)).toBe(text))
})
