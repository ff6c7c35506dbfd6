import { chmod, copyFile, cp, link, lstat, mkdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { RehearsalError, toProblem } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { Entry } from '../run/journal.ts'
import { withCaptured } from '../verdict/captures.ts'
import { isPass } from '../verdict/exit-code.ts'
import type { Verdict } from '../verdict/verdict.ts'

type Captured = Extract<Entry, { type: 'captured' }>

/** Throws USAGE where something lies already where a fixture is to be captured to: nothing is ever replaced. */
export async function refuseExisting({ capture = [] }: Plan, folder: string): Promise<void> {
  for (const step of capture.flatMap(({ steps }) => steps)) {
    if (step.do !== 'capture' || !(await lstat(resolve(folder, step.path)).catch(() => undefined))) continue
    throw new RehearsalError('USAGE', `${step.path} exists already, and a capture replaces nothing`, {
      where: step.path,
      hint: 'remove it first, or rehearse without --capture',
    })
  }
}

/** A verdict with the fixtures that stand in their places now, and how they are taken away again. */
export interface Placed {
  readonly verdict: Verdict
  takeBack(): Promise<void>
}

/** Puts captured fixtures where the configuration has them: all of them or none, and only after a pass. */
export async function placeCaptured(
  verdict: Verdict,
  entries: readonly Entry[],
  folder: string,
  runId: string,
): Promise<Placed> {
  const placed: string[] = []
  const takeBack = async () => {
    for (const path of placed) await rm(path, { recursive: true, force: true })
  }
  const captured = entries.filter((entry): entry is Captured => entry.type === 'captured')
  if (captured.length === 0 || !isPass(verdict) || verdict.reasons.some(({ code }) => code === 'CAPTURE_FAILED'))
    return { verdict, takeBack }
  try {
    for (const { file, path } of captured) {
      const target = resolve(folder, path)
      await placeOne(file, target, `${target.replace(/\/+$/, '')}.${runId}`)
      placed.push(target)
    }
  } catch (thrown) {
    await takeBack()
    return { verdict: withCaptured(verdict, { problem: toProblem(asKnown(thrown)) }), takeBack }
  }
  const told = captured.map(({ fixture, path, bytes, sha256 }) => {
    return { fixture, path, bytes, ...(sha256 === undefined ? {} : { sha256 }) }
  })
  return { verdict: withCaptured(verdict, { captured: told }), takeBack }
}

/** Whole or not at all: copied beside its place, where it may be on another disk, and given its name there. */
async function placeOne(file: string, target: string, beside: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  try {
    const found = await stat(file)
    if (found.isDirectory()) {
      await rename(file, beside).catch(async (cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'EXDEV') throw cause
        await cp(file, beside, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
      })
      // An empty folder would be replaced by renaming.
      if (await lstat(target).catch(() => undefined)) throw taken(target)
      await rename(beside, target)
    } else {
      await copyFile(file, beside)
      await chmod(beside, 0o600)
      // Unlike renaming, linking never takes another's place.
      await link(beside, target)
    }
  } finally {
    await rm(beside, { recursive: true, force: true })
  }
}

function taken(target: string): RehearsalError {
  return new RehearsalError('CAPTURE_FAILED', `${target} has come to exist meanwhile, and a capture replaces nothing`)
}

function asKnown(thrown: unknown): unknown {
  if (thrown instanceof RehearsalError) return thrown
  const { code, message } = thrown as NodeJS.ErrnoException
  return new RehearsalError('CAPTURE_FAILED', code === 'EEXIST' ? `it exists by now: ${message}` : message, {}, thrown)
}
