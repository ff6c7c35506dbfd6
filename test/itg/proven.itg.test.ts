import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MergedVerdict } from '../../src/merge/merged.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { compose, countNotes, notesDump, single } from './apps.ts'
import { buildImage, docker, leftovers, makeFolder, runCli } from './harness.ts'

const name = 'rehearsal-test/proven'
const path = 'path: { to: "2.0", proven: .proven }'
const allowance = `data:
  - postgres: { service: db }
    allow:
      - { table: schema_version, change: values-changed, because: it is the schema's version, until: 2099-12-31 }`
const project = compose({ more: `rollback: none\nready: { twice: false }\n${allowance}` })

const build = (tag: string, label: string) =>
  buildImage(`FROM rehearsal-test/app:${tag}\nLABEL of=${label}\n`, `${name}:${tag}`)

beforeAll(async () => {
  for (const tag of ['1.0', '2.0']) await build(tag, 'first')
})

afterAll(() => docker('rmi', '--force', `${name}:1.0`, `${name}:2.0`))

async function rehearse(folder: string, ...args: string[]) {
  const { exitCode, output } = await runCli(folder, ['run', ...args])
  const verdict = JSON.parse(await readFile(join(folder, 'upgrade-report/verdict.json'), 'utf8')) as Verdict
  expect(exitCode, output).toBe(0)
  return { output, verdict, isProven: verdict.proven !== undefined }
}

test('what passed is not rehearsed again, until anything that the verdict depends on is another', async () => {
  const folder = await makeFolder({
    ...project,
    'docker-compose.yml': project['docker-compose.yml'].replaceAll('rehearsal-test/app:', `${name}:`),
    'upgrade-rehearsal.yml': project['upgrade-rehearsal.yml'].replace(/path: .*/, path),
    'notes.sql': notesDump(10),
  })
  const write = (file: string, text: string) => writeFile(join(folder, file), text)
  const first = await rehearse(folder)
  expect(first.verdict).toMatchObject({ verdict: 'compatible', reasons: [] })
  const again = await rehearse(folder)
  expect(again.verdict).toMatchObject({
    verdict: 'compatible',
    proven: { runId: first.verdict.runId },
    reasons: [{ code: 'PROVEN' }],
    checks: first.verdict.checks,
    hops: first.verdict.hops,
  })
  expect(again.verdict.runId).not.toBe(first.verdict.runId)
  expect(again.output).toContain('nothing was run again')
  expect(again.output).not.toContain('✓')
  expect(await leftovers(again.verdict.runId)).toEqual([])
  expect(await readFile(join(folder, 'upgrade-report/junit.xml'), 'utf8')).toContain('PROVEN')
  expect(await readFile(join(folder, 'upgrade-report/summary.md'), 'utf8')).toContain('PROVEN')
  expect((await rehearse(folder, '--no-cache')).isProven).toBe(false)

  await write('notes.sql', notesDump(11))
  expect((await rehearse(folder)).isProven, 'another backup').toBe(false)
  const config = await readFile(join(folder, 'upgrade-rehearsal.yml'), 'utf8')
  await write('upgrade-rehearsal.yml', `# Only a remark.\n${config}`)
  expect((await rehearse(folder)).isProven, 'a remark').toBe(true)
  await write('upgrade-rehearsal.yml', config.replace('min: 1,', 'min: 2,'))
  expect((await rehearse(folder)).isProven, 'another check').toBe(false)
  const stack = await readFile(join(folder, 'docker-compose.yml'), 'utf8')
  await write('docker-compose.yml', stack.replace('retries: 60', 'retries: 61'))
  expect((await rehearse(folder)).isProven, 'another stack').toBe(false)
  await build('2.0', 'second')
  expect((await rehearse(folder)).isProven, 'another image of the same tag').toBe(false)
  expect((await rehearse(folder)).isProven).toBe(true)
})

test('what is no pass, or depends on a program of this machine, is not kept', async () => {
  const files = { 'check.sh': 'exit 0\n' }
  const suite = `\n  - suite: { run: "sh check.sh" }${countNotes}`
  const more = 'rollback: none\nready: { twice: false }'
  const folder = await makeFolder({
    ...files,
    'upgrade-rehearsal.yml': single({ smoke: suite, more }).replace(/path: .*/, path),
  })
  const { output } = await rehearse(folder)
  expect(output).toContain('note: not kept as proven: programs of this machine took part')
  expect((await rehearse(folder)).isProven).toBe(false)
  const crashing = single({ more }).replace(/path: .*/, path.replace('2.0', '2.0-crash'))
  await writeFile(join(folder, 'upgrade-rehearsal.yml'), crashing)
  for (const _ of [1, 2]) expect((await runCli(folder, ['run'])).exitCode).toBe(20)
})

test('a merged report tells which paths were proven before', async () => {
  const releases = 'releases: { list: ["1.0", "1.1", "2.0"] }'
  const config = single({ more: 'rollback: none\nready: { twice: false }' }).replace(
    /path: .*/,
    `path: { to: "2.0", proven: .proven, ${releases} }`,
  )
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': config })
  await runCli(folder, ['run', '--path', '1.0..2.0'])
  const { exitCode, output } = await runCli(folder, ['run', '--all', '--report-dir', 'all'])
  expect(exitCode, output).toBe(0)
  const merged = JSON.parse(await readFile(join(folder, 'all/verdict.json'), 'utf8')) as MergedVerdict
  expect(merged.paths.map((one) => [one.path, one.proven !== undefined])).toEqual([
    ['1.0..2.0', true],
    ['1.1..2.0', false],
  ])
  const summary = await readFile(join(folder, 'all/summary.md'), 'utf8')
  expect(summary).toContain('2 compatible; 1 of them proven before and not run again.')
  expect(summary).toMatch(/✅ proven \d{4}-\d\d-\d\d/)
})

test('a path that goes on from what a program of this machine took part in is not kept either', async () => {
  const fixtures = '\n  - seed: { service: app, run: [app, seed, "10"] }\n  - seed: { suite: "true" }'
  const config = single({ fixtures, more: 'rollback: none\nready: { twice: false }' })
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': config.replace(/path: .*/, path) })
  const paths = ['1.0..1.1..2.0', '1.0..2.0']
  for (const _ of [1, 2]) {
    const { exitCode, output } = await runCli(folder, ['run', '--path', paths.join(' ')])
    expect(exitCode, output).toBe(0)
    for (const one of paths) {
      const verdict = JSON.parse(await readFile(join(folder, 'upgrade-report', one, 'verdict.json'), 'utf8')) as Verdict
      expect(verdict.proven, one).toBeUndefined()
    }
    expect(output.match(/not kept as proven: programs of this machine took part/g)).toHaveLength(2)
  }
})
