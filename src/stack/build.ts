import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RehearsalError } from '../errors.ts'
import type { ResolvedImage } from '../releases/release.ts'
import { asking, type Engine } from './engine.ts'
import { prefixOf, runLabels } from './labels.ts'

/** A service that is built from source for one release. */
export interface BuildSpec {
  readonly service: string
  /** The Compose `build` section, with paths of this machine. */
  readonly build: Readonly<Record<string, unknown>>
  /** Whether base images are asked of their registry, as `build --pull` does. */
  readonly pull: boolean
}

/**
 * Builds an image under a name of the run's own, so that no tag of the user's moves; it goes with the run. The build
 * cache stays. Throws STACK_INVALID with the end of the build's output.
 */
export async function buildImage(
  engine: Engine,
  runId: string,
  scratch: string,
  reference: string,
  spec: BuildSpec,
  signal: AbortSignal,
): Promise<ResolvedImage> {
  const name = `${prefixOf(runId)}-build`
  const image = `${name}-${reference.replace(/[^a-z0-9._-]+/gi, '-').toLowerCase()}`
  const labels = { ...(spec.build.labels as object | undefined), ...runLabels(runId) }
  const model = { name, services: { [spec.service]: { image, build: { ...spec.build, labels } } } }
  const file = join(scratch, `${image}.json`)
  await writeFile(file, JSON.stringify(model), { mode: 0o600 })
  const argv = ['compose', '--project-name', name, '--file', file, '--progress', 'plain', 'build']
  const result = await engine.docker([...argv, ...(spec.pull ? ['--pull'] : []), spec.service], { signal })
  if (result.exitCode !== 0) {
    const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n')
    const said = lines.findLast((line) => /error|failed/i.test(line)) ?? lines.at(-1) ?? ''
    throw new RehearsalError('STACK_INVALID', `${spec.service} could not be built: ${said.trim()}`, {
      where: spec.service,
      log: lines.slice(-15),
      hint: spec.pull
        ? 'where a base image is only on this machine, write "pull: false" beside the source'
        : 'try "docker compose build"',
    })
  }
  const { Id } = await asking(() => engine.api.getImage(image).inspect())
  return { reference, id: Id, run: Id, source: 'built' }
}
