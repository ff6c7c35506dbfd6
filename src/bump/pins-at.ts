import { relative } from 'node:path'
import { type Config, readConfig } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { yaml } from '../pins/tree.ts'
import { bindPin, type Pin } from '../releases/pinned-files.ts'
import type { Repository } from './repository.ts'
import { short } from './short.ts'

/** A single image has its pin in the configuration itself. */
export function pinsOf(config: Config, path: string): Pin[] {
  if (config.pin) return config.pin.map((pin, index) => bindPin(pin, index, config))
  if (config.stack.kind !== 'single') {
    throw new RehearsalError(
      'CONFIG',
      `${config.at(['stack'])}: a Compose stack needs a pin: where is production's version written?`,
    )
  }
  const file = relative(config.folder, path)
  return [bindPin({ kind: yaml.name, options: { file, path: 'stack.image' } }, 0, config)]
}

/** What each pin holds at a commit; undefined where there is no such pin. Throws CONFIG where one can't be read. */
export async function valuesAt(
  repository: Repository,
  pins: readonly (Pin | undefined)[],
  commit: string,
): Promise<(string | undefined)[]> {
  const read = pins.map(async (pin) => {
    if (!pin) return undefined
    const text = await repository.textAt(commit, pin.path)
    if (text === undefined) return undefined
    try {
      return pin.read(text)
    } catch (thrown) {
      if (thrown instanceof RehearsalError && thrown.details.absent) return undefined
      const says = `${pin.title} can't be read at ${short(commit)}: ${(thrown as Error).message}`
      throw new RehearsalError('CONFIG', says, {}, thrown)
    }
  })
  return await Promise.all(read)
}

/**
 * The pins as the base has them: those of the checkout's configuration, and where one of these is not there, the one in
 * its place in the base's own configuration, as after a service was renamed. Undefined where neither is there.
 */
export async function pinsAtBase(
  repository: Repository,
  config: Config,
  pins: readonly Pin[],
  { path, env, base }: { readonly path: string; readonly env: NodeJS.ProcessEnv; readonly base: string },
): Promise<readonly (Pin | undefined)[]> {
  const values = await valuesAt(repository, pins, base)
  if (!values.includes(undefined)) return pins
  const text = await repository.textAt(base, path)
  const earlier = text === undefined ? undefined : configured(text, config, path, env)
  const theirs = earlier?.pin?.length === pins.length ? pinsOf(earlier, path) : []
  const before = await valuesAt(repository, theirs, base)
  return pins.map((pin, index) => {
    if (values[index] !== undefined) return pin
    return before[index] === undefined ? undefined : theirs[index]
  })
}

/** A configuration that can't be read any more tells nothing. */
function configured(text: string, { file }: Config, path: string, env: NodeJS.ProcessEnv): Config | undefined {
  try {
    return readConfig(text, { found: path, name: file }, env)
  } catch {
    return undefined
  }
}
