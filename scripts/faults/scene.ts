import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { type Files, withoutMore } from '../../test/itg/harness.ts'
import { type Invocation, runCommandLine } from './command-line.ts'
import { labelled, ownMachine, type Reach } from './engine-command.ts'
import { folderSum } from './folder-sum.ts'
import { lastingProcesses } from './process-list.ts'
import type { Ran } from './ran.ts'
import type { Shared } from './shared.ts'

/** Where one fault is injected: a project, a folder for temporary files, and the means to run the command line there. */
export interface Scene {
  /** The project; the command line runs in it. */
  readonly folder: string
  /** A place for what neither the project nor a run has to know of. */
  readonly outside: string
  readonly shared: Shared
  /** What was not as promised, in words. */
  readonly complaints: string[]
  /** Undone when the fault is over, the last first. */
  atEnd(work: () => unknown): void
  write(files: Files): Promise<void>
  /** A rehearsal that has to leave nothing behind. */
  rehearse(invocation?: Invocation): Promise<Ran>
  /** A rehearsal that is not given the time to clean up; `expectNothingLeft` is for later. */
  rehearseUntilKilled(invocation?: Invocation): Promise<Ran>
  /** Any other command of the command line. */
  command(argv: readonly string[], invocation?: Invocation): Promise<Ran>
  expect(holds: boolean, otherwise: string): void
  /** Of the rehearsal that is at work, from its report's first second. */
  runId(): Promise<string>
  /** Nothing of a run is on the engine, on disk or among the processes. */
  expectNothingLeft(ran: Ran, reach?: Reach): Promise<void>
  end(): Promise<void>
}

const processesGoWithinMs = 10_000

export async function openScene(shared: Shared): Promise<Scene> {
  const base = await mkdtemp(join(tmpdir(), 'rehearsal-fault-'))
  const place = { folder: join(base, 'project'), temporary: join(base, 'tmp'), outside: join(base, 'outside') }
  for (const folder of Object.values(place)) await mkdir(folder)
  const undo: (() => unknown)[] = [() => rm(base, { recursive: true, force: true })]
  const complaints: string[] = []
  const run = async (command: readonly string[], invocation: Invocation = {}): Promise<Ran> => {
    const before = await folderSum(place.folder)
    const ran = await runCommandLine(place, command, invocation)
    complaints.push(...ran.complaints)
    if ((await folderSum(place.folder)) !== before) complaints.push('the project or its fixtures were changed')
    return ran
  }
  const scene: Scene = {
    folder: place.folder,
    outside: place.outside,
    shared,
    complaints,
    atEnd: (work) => undo.push(work),
    write: (files) => write(place.folder, files),
    command: run,
    rehearseUntilKilled: (invocation) => run(['run'], invocation),
    rehearse: async (invocation = {}) => {
      const ran = await run(['run'], invocation)
      await scene.expectNothingLeft(ran, invocation.reach)
      return ran
    },
    expect: (holds, otherwise) => {
      if (!holds) complaints.push(otherwise)
    },
    runId: async () =>
      (JSON.parse(await readFile(join(place.folder, 'upgrade-report/verdict.json'), 'utf8')) as Verdict).runId,
    expectNothingLeft: async ({ verdict }, reach = ownMachine) => {
      const things = verdict ? await labelled(reach, verdict.runId) : []
      const files = await readdir(place.temporary)
      const processes = await lastingProcesses(`TMPDIR=${place.temporary}`, processesGoWithinMs)
      const left = [...things, ...files.map((name) => `file ${name}`), ...processes.map((one) => `process ${one}`)]
      if (left.length > 0) complaints.push(`left behind: ${left.join(', ')}`)
    },
    end: async () => {
      for (const work of undo.toReversed()) {
        await Promise.resolve(work()).catch((cause: Error) => complaints.push(`not undone: ${cause.message}`))
      }
    },
  }
  return scene
}

async function write(folder: string, files: Files): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), withoutMore(name, content))
  }
}
