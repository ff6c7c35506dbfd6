import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { placeCaptured, refuseExisting } from '../../src/rehearsal/captured.ts'
import { requireOnePath } from '../../src/rehearse-paths.ts'
import type { Entry } from '../../src/run/journal.ts'
import { judge } from '../../src/verdict/judge.ts'
import type { Outcome } from '../../src/verdict/verdict.ts'
import { folderWith } from '../config/folder.ts'
import { goodRun, makePlan } from '../verdict/rehearsal.ts'

const plan = makePlan()
const verdictOf = (verdict: Outcome) => ({ ...judge({ plan, entries: goodRun(plan), runId: 'r1' }), verdict })

/** A run's own folder with a file and a folder in it, and where the configuration stands. */
async function scene(paths: readonly [string, string] = ['fixtures/2.0/app.dump', 'fixtures/2.0/files/']) {
  const scratch = await folderWith({ 'captured/0/app.dump': 'rows', 'captured/1/files/a/b.txt': 'text' })
  const folder = await folderWith({ 'fixtures/1.0/app.dump': 'old' })
  const entries = ['app.dump', 'files'].map((name, index): Entry => {
    const file = join(scratch, 'captured', String(index), name)
    return { type: 'captured', at: '', step: 's', fixture: 'kind', path: paths[index] as string, file, bytes: 4 }
  })
  return { folder, entries }
}

const filesIn = async (folder: string) => (await readdir(folder, { recursive: true })).sort()

describe('captured fixtures', () => {
  test.each<Outcome>(['compatible', 'compatible-with-warnings'])('get their places after %s', async (outcome) => {
    const { folder, entries } = await scene()
    const placed = await placeCaptured(verdictOf(outcome), entries, folder, 'r1')
    expect(placed.verdict).toMatchObject({
      verdict: outcome,
      captured: [{ path: 'fixtures/2.0/app.dump' }, { bytes: 4 }],
    })
    expect(await filesIn(join(folder, 'fixtures/2.0'))).toEqual(['app.dump', 'files', 'files/a', 'files/a/b.txt'])
    expect((await stat(join(folder, 'fixtures/2.0/app.dump'))).mode & 0o777).toBe(0o600)

    await placed.takeBack()
    expect(await filesIn(join(folder, 'fixtures/2.0'))).toEqual([])
  })

  test.each<Outcome>(['incompatible', 'inconclusive'])('are none after %s', async (outcome) => {
    const { folder, entries } = await scene()
    const { verdict } = await placeCaptured(verdictOf(outcome), entries, folder, 'r1')
    expect(verdict).not.toHaveProperty('captured')
    expect(await filesIn(join(folder, 'fixtures'))).toEqual(['1.0', '1.0/app.dump'])
  })

  test.each([
    ['a file', 'fixtures/2.0/app.dump', 'app.dump'],
    ['an empty folder', 'fixtures/2.0/files', 'files'],
  ])('never take the place of %s that came there meanwhile', async (what, path, name) => {
    const { folder, entries } = await scene()
    await mkdir(join(folder, 'fixtures/2.0'), { recursive: true })
    await (what === 'a file' ? writeFile(join(folder, path), 'mine') : mkdir(join(folder, path)))
    const { verdict } = await placeCaptured(verdictOf('compatible'), entries, folder, 'r1')
    expect(verdict.verdict).toBe('compatible-with-warnings')
    expect(verdict.reasons).toMatchObject([{ code: 'CAPTURE_FAILED', where: 'capture' }])
    expect(await filesIn(join(folder, 'fixtures/2.0'))).toEqual([name])
    if (what === 'a file') expect(await readFile(join(folder, path), 'utf8')).toBe('mine')
  })

  test('are refused before anything starts where something lies already', async () => {
    const { folder } = await scene()
    const step = { do: 'capture', fixture: 0, path: 'fixtures/1.0/app.dump', id: 'x', title: 'x', withinMs: 1 } as const
    const capture = [{ phase: 'capture', title: 'x', order: 'in-order', steps: [step] }] as const
    await expect(refuseExisting({ ...plan, capture }, folder)).rejects.toMatchObject({
      code: 'USAGE',
      message: 'fixtures/1.0/app.dump exists already, and a capture replaces nothing',
    })
    await expect(refuseExisting(plan, folder)).resolves.toBeUndefined()
  })

  test('are of one path', () => {
    const request = { reportDir: '', strict: false, keep: false, capture: true }
    expect(() => requireOnePath(request, 2)).toThrow('--capture is of one path, and there are 2')
    expect(() => requireOnePath(request, 1)).not.toThrow()
  })
})
