import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makePlan } from '../../src/plan/planner.ts'
import { Sink } from '../../src/redact/index.ts'
import type { Execution } from '../../src/rehearsal/execute.ts'
import { openProofs } from '../../src/rehearsal/proofs.ts'
import type { ResolvedImage } from '../../src/releases/release.ts'
import { Journal } from '../../src/run/journal.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { load } from '../config/folder.ts'

const text = `
stack: { image: "example/app:1.0", volumes: ["data:/data"] }
path: { to: "2.0", proven: .proven }
fixtures: [ { volume: { name: data, archive: data.tar } } ]
smoke: [ { http: { get: "http://app:80/" } } ]
`
const images = ['1.0', '2.0'].map((tag): ResolvedImage => {
  return { reference: `example/app:${tag}`, id: `sha256:${tag}`, run: `sha256:${tag}`, source: 'local' }
})
const passed = { verdict: 'compatible', runId: 'first', finishedAt: '2026-01-02T03:04:05.000Z' } as Verdict

async function scene() {
  const config = await load(text)
  const backup = join(config.folder, 'data.tar')
  await writeFile(backup, 'one')
  const printed: string[] = []
  const releases = images.map(({ reference }) => ({
    version: reference.slice(-3),
    images: [{ service: 'app', reference, pinned: true }],
  }))
  const journal = new Journal(() => new Date())
  const execution = {
    config,
    plan: makePlan(config, releases, []),
    request: { reportDir: 'report', strict: false, keep: false },
    run: { journal, scratch: '/nowhere' },
    reader: { releases: [], builds: new Map() },
    edge: { print: (line: string) => printed.push(line), sink: new Sink(), signal: new AbortController().signal },
    pull: async () => images,
  } as unknown as Execution
  const kept = async () => await readdir(join(config.folder, '.proven')).catch(() => [])
  return { execution, backup, journal, printed, kept }
}

test('a pass is found again', async () => {
  const { execution, kept } = await scene()
  const first = await openProofs(execution)
  expect(first.before).toBeUndefined()
  await first.keep(passed)
  expect(await kept()).toHaveLength(1)
  expect((await openProofs(execution)).before).toMatchObject({ runId: 'first', at: passed.finishedAt })
})

test('a backup that changes during the rehearsal is not proven, neither as it was nor as it is', async () => {
  const { execution, backup, printed, kept } = await scene()
  const { keep } = await openProofs(execution)
  await writeFile(backup, 'another')
  await keep(passed)
  expect(await kept()).toEqual([])
  expect(printed.join()).toContain('changed')
})

test('what a program of this machine took part in is not proven, whichever rehearsal told it', async () => {
  const { execution, journal, printed, kept } = await scene()
  const { keep } = await openProofs(execution)
  journal.replay([{ type: 'program', step: 'baseline.5.restore', at: '2026-01-02T03:04:05.000Z' }])
  await keep(passed)
  expect(await kept()).toEqual([])
  expect(printed.join()).toContain('programs of this machine took part')
})
