import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { hashPath } from '../cache/key.ts'
import { formatBytes } from '../fields/index.ts'
import type { Step } from '../plan/plan.ts'
import type { FixtureSteps } from './fixture-steps.ts'
import type { Scene, Spot } from './scene.ts'

/** Writes a fixture into the run's own folder and reads it as the next rehearsal will. Throws CAPTURE_FAILED and FIXTURE_…. */
export async function captureFixture(
  scene: Scene,
  fixtures: FixtureSteps,
  { fixture, path }: Extract<Step, { do: 'capture' }>,
  spot: Spot,
): Promise<string> {
  const folder = join(scene.ports.scratch, 'captured', String(fixture))
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, basename(path))
  try {
    const kind = await fixtures.capture(fixture, file, spot)
    const found = await stat(file)
    const bytes = found.isDirectory() ? await sizeOf(file) : found.size
    const sha256 = found.isDirectory() ? {} : { sha256: await hashPath(file, spot.signal) }
    scene.ports.journal.write({ type: 'captured', step: spot.step.id, fixture: kind, path, file, bytes, ...sha256 })
    return formatBytes(bytes)
  } catch (cause) {
    // What nobody will have may not take up the disk that the rest of the rehearsal needs.
    await rm(folder, { recursive: true, force: true })
    throw cause
  }
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
