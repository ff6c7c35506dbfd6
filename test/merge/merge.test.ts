import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseJunit } from '../../src/checks/suite-junit.ts'
import { makeMatrix } from '../../src/matrix/matrix.ts'
import { merge } from '../../src/merge/merge.ts'
import { Sink } from '../../src/redact/index.ts'
import type { Outcome } from '../../src/verdict/verdict.ts'
import { folderWith } from '../config/folder.ts'

const paths = ['1.8.3..1.9.9..2.0.0', '1.8.3..2.0.0', '1.9.9..2.0.0', '1.10.1..2.0.0', '1.7.0..1.9.9..2.0.0']
const codes: Partial<Record<Outcome, string>> = {
  incompatible: 'DATA_LOST',
  inconclusive: 'PULL_RATE_LIMIT',
  'compatible-with-warnings': 'UNCLEAN_STOP',
}

function report(path: string, verdict: Outcome, ms = 60_000, startedAt = '2026-01-01T00:00:00.000Z'): string {
  const versions = path.split('..')
  const code = codes[verdict]
  const reasons = code ? [{ code, message: `it is ${verdict}`, where: 'target · web' }] : []
  const hops = versions.slice(1).map((to, index) => ({
    from: versions[index],
    to,
    outcome: verdict === 'incompatible' && index === versions.length - 2 ? 'failed' : 'done',
  }))
  const finishedAt = new Date(Date.parse(startedAt) + ms).toISOString()
  const ends = { from: { version: versions[0] }, to: { version: versions.at(-1) } }
  return JSON.stringify({
    runId: path,
    name: 'app',
    path,
    verdict,
    reasons,
    rollback: { image: 'works' },
    ...ends,
    hops,
    startedAt,
    finishedAt,
  })
}

const matrix = (planned: readonly string[]) => JSON.stringify(makeMatrix(planned, new Map(), 256))

async function merged(files: Readonly<Record<string, string>>, planned: readonly string[] = paths) {
  const folder = await folderWith({ 'reports/.keep': '', ...files })
  const request = { folders: ['reports'], matrix: matrix(planned), reportDir: 'all' }
  const verdict = await merge(request, folder, new Sink())
  const read = (name: string) => readFile(join(folder, 'all', name), 'utf8')
  return {
    verdict,
    summary: await read('summary.md'),
    junit: await read('junit.xml'),
    json: JSON.parse(await read('verdict.json')),
  }
}

const all = (verdict: Outcome) =>
  Object.fromEntries(paths.map((path) => [`reports/${path}/verdict.json`, report(path, verdict)]))

describe('the merged verdict', () => {
  test.each<[string, Record<string, string>, Outcome]>([
    ['passes where all paths pass', all('compatible'), 'compatible'],
    [
      'warns where one warns',
      {
        ...all('compatible'),
        [`reports/${paths[2]}/verdict.json`]: report(paths[2] as string, 'compatible-with-warnings'),
      },
      'compatible-with-warnings',
    ],
    [
      'is inconclusive where one is',
      { ...all('compatible'), [`reports/${paths[2]}/verdict.json`]: report(paths[2] as string, 'inconclusive') },
      'inconclusive',
    ],
    [
      'is inconclusive where one report is missing',
      Object.fromEntries(Object.entries(all('compatible')).slice(1)),
      'inconclusive',
    ],
    [
      'is inconclusive where one report is cut off',
      { ...all('compatible'), 'reports/x/verdict.json': '{"verdict":' },
      'inconclusive',
    ],
    [
      'is inconclusive where one report is none',
      { ...all('compatible'), 'reports/x/verdict.json': '{"verdict":"great"}' },
      'inconclusive',
    ],
    ['is inconclusive where there is nothing', {}, 'inconclusive'],
    [
      'is incompatible where one is, whatever else there is',
      { 'reports/a/verdict.json': report(paths[3] as string, 'incompatible') },
      'incompatible',
    ],
    [
      'is incompatible where one is that nobody planned',
      { ...all('compatible'), 'reports/x/verdict.json': report('1.0.0..9.0.0', 'incompatible') },
      'incompatible',
    ],
    [
      'takes no earlier merge for a rehearsal',
      { ...all('compatible'), 'reports/all/verdict.json': '{"kind":"merged","verdict":"incompatible"}' },
      'compatible',
    ],
  ])('%s', async (_, files, expected) => {
    const { verdict, json } = await merged(files)
    expect(verdict.verdict).toBe(expected)
    expect(json).toEqual(verdict)
    if (expected !== 'compatible') expect(verdict.reasons.length).toBeGreaterThan(0)
  })

  test('is never a pass without any plan', async () => {
    expect((await merged({}, paths.slice(0, 1))).verdict.verdict).toBe('inconclusive')
    const folder = await folderWith({ 'reports/a/verdict.json': report(paths[0] as string, 'compatible') })
    const request = { folders: ['reports'], reportDir: 'all' }
    await expect(merge(request, folder, new Sink())).rejects.toMatchObject({ code: 'USAGE' })
    expect(JSON.parse(await readFile(join(folder, 'all/verdict.json'), 'utf8'))).toMatchObject({
      verdict: 'inconclusive',
    })
  })

  test('finds the matrix beside the reports', async () => {
    const folder = await folderWith({
      'reports/a/verdict.json': report(paths[0] as string, 'compatible'),
      'reports/plan/matrix.json': matrix(paths),
    })
    const verdict = await merge({ folders: ['reports'], reportDir: 'all' }, folder, new Sink())
    expect(verdict).toMatchObject({
      verdict: 'inconclusive',
      reasons: Array.from({ length: 4 }, () => ({ code: 'NOT_RUN' })),
    })
  })

  test('counts the last of several reports of a path, and says that there are more', async () => {
    const [path = ''] = paths
    const early = report(path, 'incompatible', 60_000, '2026-01-01T00:00:00.000Z')
    const late = report(path, 'compatible', 60_000, '2026-01-01T01:00:00.000Z')
    const { verdict, summary } = await merged({ 'reports/a/verdict.json': late, 'reports/b/verdict.json': early }, [
      path,
    ])
    expect(verdict).toMatchObject({ verdict: 'compatible', paths: [{ reports: 2, report: 'reports/a' }] })
    expect(summary).toContain('(the last of 2 reports)')
  })
})

test('the merged reports are as they were', async () => {
  const junit =
    '<testsuites><testsuite name="target"><testcase classname="target.http" name="http /health" time="0.1"><failure message="expected 200">x</failure></testcase></testsuite></testsuites>'
  const [advised, direct, warned, failed] = paths as [string, string, string, string]
  const result = await merged({
    'reports/a/verdict.json': report(advised, 'compatible', 90_000),
    'reports/b/verdict.json': report(direct, 'incompatible', 30_000),
    'reports/b/junit.xml': junit,
    'reports/c/verdict.json': report(warned, 'compatible-with-warnings', 60_000),
    'reports/d/verdict.json': report(failed, 'inconclusive', 10_000),
  })
  const golden = (name: string) => join(import.meta.dirname, 'golden', name)
  await expect(result.summary).toMatchFileSnapshot(golden('merged.summary.md'))
  await expect(result.junit).toMatchFileSnapshot(golden('merged.junit.xml'))
  const cases = parseJunit(result.junit, 'junit.xml')
  expect(cases.map(({ outcome }) => outcome)).toEqual(['error', 'failed', 'passed', 'passed', 'error', 'failed'])
})

test('words of an application are no markup in the merged report', async () => {
  const evil = JSON.parse(report(paths[0] as string, 'incompatible')) as { reasons: { message: string }[] }
  evil.reasons = [{ ...evil.reasons[0], message: '<script>|x|</script> @everyone ]]>' }]
  const { summary, junit } = await merged({ 'reports/a/verdict.json': JSON.stringify(evil) }, paths.slice(0, 1))
  expect(summary).not.toMatch(/<script>|@everyone/)
  expect(parseJunit(junit, 'junit.xml')).toHaveLength(1)
})

test('what was proven before is counted and shown, and its time is none', async () => {
  const [path = ''] = paths
  const proven = { runId: 'earlier', at: '2026-01-02T03:04:05.000Z' }
  const before = JSON.stringify({ ...JSON.parse(report(path, 'compatible')), proven })
  const { verdict, summary } = await merged({ ...all('compatible'), [`reports/${path}/verdict.json`]: before })
  expect(verdict.verdict).toBe('compatible')
  const found = verdict.paths.find((one) => one.path === path)
  expect(found).toMatchObject({ proven })
  expect(found?.ms).toBeUndefined()
  expect(summary).toContain('5 compatible; 1 of them proven before and not run again.')
  expect(summary).toContain('proven 2026-01-02 by 1.9.9')
})
