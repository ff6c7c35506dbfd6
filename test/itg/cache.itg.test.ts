import { open, readdir, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compose, countNotes, notesDump, single } from './apps.ts'
import { makeFolder, type Outcome, rehearseIn } from './harness.ts'

// A restored baseline that the next run starts from: the same verdict, and nothing that is damaged or of another baseline.

const more = 'checkpoint: { cache: cache }'
const restored = (outcome: Outcome) => noteOf(outcome, 'restore')

/** What the first step of a kind has to say. */
function noteOf({ entries }: Outcome, kind: string): string | undefined {
  const end = entries.find((entry) => entry.type === 'step-finished' && entry.step.endsWith(`.${kind}`))
  return end?.type === 'step-finished' ? (end.note ?? '') : undefined
}

/** The one entry of a cache. */
async function entryOf(folder: string): Promise<string> {
  const names = await readdir(join(folder, 'cache'))
  expect(names).toHaveLength(1)
  return join(folder, 'cache', names[0] as string)
}

async function flip(file: string, at: number): Promise<void> {
  const handle = await open(file, 'r+')
  const byte = Buffer.alloc(1)
  await handle.read(byte, 0, 1, at)
  await handle.write(Buffer.from([(byte[0] as number) ^ 0x10]), 0, 1, at)
  await handle.close()
}

describe.each([
  ['one image with SQLite', () => ({ 'upgrade-rehearsal.yml': single({ more }) })],
  ['Compose with PostgreSQL', () => ({ ...compose({ more }), 'notes.sql': notesDump(7) })],
])('%s', (_, files) => {
  test('the second run starts from what the first one restored, a damaged entry is rejected and made anew', async () => {
    const folder = await makeFolder(files())
    const cold = await rehearseIn(folder)
    expect(cold.verdict.verdict, cold.output).toBe('compatible')
    expect(cold.verdict.cache).toEqual({ outcome: 'kept' })

    const warm = await rehearseIn(folder)
    expect(warm.verdict.verdict, warm.output).toBe('compatible')
    expect(warm.verdict.cache).toEqual({ outcome: 'used', createdAt: expect.stringMatching(/^\d{4}-/) })
    expect(restored(warm)).toBe('left out: the cache had it')
    expect(warm.verdict.checks).toEqual(cold.verdict.checks)
    expect(await readFile(join(warm.reports, 'summary.md'), 'utf8')).toContain('It started from the cache')

    const entry = await entryOf(folder)
    const { size } = await stat(entry)
    await flip(entry, Math.floor(size / 2))
    const damaged = await rehearseIn(folder)
    expect(damaged.verdict.verdict, damaged.output).toBe('compatible')
    expect(damaged.verdict.cache).toEqual({ outcome: 'kept', why: expect.stringMatching(/./) })
    expect(noteOf(damaged, 'load-cache')).toMatch(/^rejected: .*; it is restored anew$/)
    expect(restored(damaged)).not.toContain('left out')

    const mended = await rehearseIn(folder)
    expect(mended.verdict.cache?.outcome, mended.output).toBe('used')
  })
})

test('what the baseline is made of decides: another seed, another source, a cut file, the entry of another key', async () => {
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': single({ more }) })
  const config = join(folder, 'upgrade-rehearsal.yml')
  const text = await readFile(config, 'utf8')
  expect((await rehearseIn(folder)).verdict.cache?.outcome).toBe('kept')
  const entry = await entryOf(folder)

  await writeFile(config, text.replace('[app, seed, "10"]', '[app, seed, "11"]'))
  const other = await rehearseIn(folder)
  expect(other.verdict.cache, other.output).toEqual({ outcome: 'kept' })
  const [own] = (await readdir(join(folder, 'cache'))).filter((name) => !entry.endsWith(name))

  // The entry of ten notes under the name of that of eleven.
  await rename(entry, join(folder, 'cache', own as string))
  const stale = await rehearseIn(folder)
  expect(stale.verdict.cache, stale.output).toEqual({ outcome: 'kept', why: expect.stringMatching(/./) })

  await truncate(join(folder, 'cache', own as string), 1_000)
  const cut = await rehearseIn(folder)
  expect(cut.verdict.cache, cut.output).toEqual({ outcome: 'kept', why: expect.stringMatching(/./) })
})

test('what the operator mounts decides too, also where only the target mounts it', async () => {
  const files = compose({ more })
  const target = files['docker-compose.yml'].replace('ports:', 'volumes: ["./plugins:/plugins"]\n    ports:')
  const folder = await makeFolder({
    ...files,
    'notes.sql': notesDump(7),
    'target.yml': target,
    'plugins/one': 'first',
    'upgrade-rehearsal.yml': files['upgrade-rehearsal.yml'].replace(
      'compose: docker-compose.yml',
      'compose: { from: docker-compose.yml, to: target.yml }',
    ),
  })
  const outcomes = []
  for (const content of ['first', 'first', 'second']) {
    await writeFile(join(folder, 'plugins/one'), content)
    const { verdict, output } = await rehearseIn(folder)
    expect(verdict.verdict, output).toBe('compatible')
    outcomes.push(verdict.cache?.outcome)
  }
  expect(outcomes).toEqual(['kept', 'used', 'kept'])
})

test('ways back start from the cached baseline as well', async () => {
  const folder = await makeFolder({
    'upgrade-rehearsal.yml': single({ more: `${more}\nrollback: [{ restore: { expect: works } }]` }),
  })
  await rehearseIn(folder)
  const warm = await rehearseIn(folder)
  expect(warm.verdict.cache?.outcome, warm.output).toBe('used')
  expect(warm.verdict.rollback.restore).toBe('works')
})

test('a cache that can not be written to is told and ends nothing', async () => {
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': single({ more }), cache: 'a file in its place' })
  const outcome = await rehearseIn(folder)
  expect(outcome.verdict.verdict, outcome.output).toBe('compatible')
  expect(outcome.verdict.cache).toEqual({ outcome: 'not-kept', why: expect.stringContaining('cache') })
})

test('data that a command of this machine makes is not cached, which is said before anything starts', async () => {
  const fixtures = '\n  - seed: { suite: "./seed.sh" }'
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': single({ more, fixtures, smoke: countNotes }) })
  const { exitCode, output } = await rehearseIn(folder)
  expect(exitCode).toBe(64)
  expect(output).toMatch(/upgrade-rehearsal\.yml:\d+:\d+: what a seed on this machine makes is not known by its text/)
})
