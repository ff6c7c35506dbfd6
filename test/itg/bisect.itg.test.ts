import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Bisected } from '../../src/rehearse-bisect.ts'
import { single } from './apps.ts'
import { buildImage, docker, leftovers, makeFolder, runCli } from './harness.ts'
import { runStep } from './runner.ts'

const name = 'rehearsal-test/line'
const line = Array.from({ length: 12 }, (_, index) => `1.${index}.0`)
const broken = 7

beforeAll(async () => {
  for (const [index, version] of line.entries()) {
    const like = index === 0 ? '1.0' : index < broken ? '1.1' : '2.0-crash'
    await buildImage(`FROM rehearsal-test/app:${like}\nLABEL release=${version}\n`, `${name}:${version}`)
  }
})

afterAll(() => docker('rmi', '--force', ...line.map((version) => `${name}:${version}`)))

const config = single({ to: '1.11.0', more: `ready: { within: 30s }` })
  .replace('rehearsal-test/app:1.0', `${name}:1.0.0`)
  .replace(
    'path: { to: "1.11.0" }',
    `path: { to: "1.11.0", releases: { list: [${line.map((one) => `"${one}"`).join(', ')}] } }`,
  )

test('the first of eleven releases that breaks is found in four rehearsals, from one restored baseline', async () => {
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': config })
  const { exitCode, output } = await runCli(folder, ['bisect'])
  const found = JSON.parse(await readFile(join(folder, 'upgrade-report/bisect.json'), 'utf8')) as Bisected
  expect(exitCode, output).toBe(20)
  expect(found).toMatchObject({ from: '1.0.0', to: '1.11.0', first: `1.${broken}.0`, lastGood: `1.${broken - 1}.0` })
  expect(found.tried.length).toBeLessThanOrEqual(4)
  expect(output).toContain(
    "1.7.0 is the first release that 1.0.0 can't be upgraded to (TARGET_CRASHED); 1.6.0 is the last good one.",
  )
  // The others say that it was left out.
  expect(output.match(/✓ .* restore seed with app: app seed 10 +[\d.]+ m?s$/gm)).toHaveLength(1)
  for (const { version, verdict } of found.tried) {
    const report = JSON.parse(await readFile(join(folder, 'upgrade-report', version, 'verdict.json'), 'utf8'))
    expect(report).toMatchObject({ verdict, to: { version } })
  }
})

test('the Action tells the first break and the last good one as outputs, and what was tried in its summary', {
  timeout: 300_000,
}, async () => {
  const workspace = await makeFolder({ 'upgrade-rehearsal.yml': config })
  const { exitCode, output, outputs, summary, state } = await runStep('main', workspace, {
    command: 'bisect',
    to: '1.8.0',
  })
  expect(exitCode, output).toBe(20)
  expect(outputs).toMatchObject({
    verdict: 'incompatible',
    reasons: expect.stringMatching(/^TARGET_CRASHED/),
    from: '1.0.0',
    to: '1.8.0',
    'first-break': '1.7.0',
    'last-good': '1.6.0',
    'report-dir': join(workspace, 'upgrade-report'),
    'verdict-path': join(workspace, 'upgrade-report/bisect.json'),
  })
  const { tried, sentence } = JSON.parse(await readFile(outputs['verdict-path'] as string, 'utf8')) as Bisected
  expect(summary).toContain('# ❌ incompatible: where 1.0.0 → 1.8.0 breaks first')
  for (const { version } of tried) expect(summary).toContain(`1.0.0 → ${version} |`)
  expect(output).toContain(sentence)
  expect(state['run-id']?.split(' ')).toHaveLength(tried.length)
  for (const runId of state['run-id']?.split(' ') ?? []) expect(await leftovers(runId)).toEqual([])
  // Each group of the log is closed before the next one is opened.
  const groups = output.split('\n').filter((line) => /^::(group|endgroup)::/.test(line))
  expect(
    groups.filter((line, index) => line.startsWith('::group') === groups[index - 1]?.startsWith('::group')),
  ).toEqual([])
})

test('without releases to look among it says what is missing', async () => {
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': single() })
  const { exitCode, output } = await runCli(folder, ['bisect'])
  expect(exitCode).toBe(64)
  expect(output).toContain('bisect has to know the releases between')
})

test('with fixtures that are carried forward, it searches from production’s release, each time by way of it', async () => {
  const folder = await makeFolder({
    'upgrade-rehearsal.yml': config.replace('to: "1.11.0"', 'to: "1.8.0", carry-from: "1.0.0"'),
  })
  const { exitCode, output } = await runCli(folder, ['bisect', '--from', '1.5.0'])
  const found = JSON.parse(await readFile(join(folder, 'upgrade-report/bisect.json'), 'utf8')) as Bisected
  expect(exitCode, output).toBe(20)
  expect(found).toMatchObject({ from: '1.5.0', to: '1.8.0', first: '1.7.0', lastGood: '1.6.0' })
  expect(output).toContain('3 releases from 1.5.0 on, up to 1.8.0: 1.6.0, 1.7.0, 1.8.0')
  for (const { version } of found.tried) {
    const report = JSON.parse(await readFile(join(folder, 'upgrade-report', version, 'verdict.json'), 'utf8'))
    expect(report.path).toBe(`1.0.0..1.5.0..${version}`)
  }
})
