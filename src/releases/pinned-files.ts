import { readFile } from 'node:fs/promises'
import { resolve as resolvePath } from 'node:path'
import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { fixtures } from '../fixtures/index.ts'
import { pins } from '../pins/index.ts'
import type { PinKind } from '../pins/pin.ts'

/** A configured pin with its kind's functions bound to its options. */
export interface Pin {
  readonly title: string
  /** Where it stands in the configuration. */
  readonly at: string
  readonly path: string
  readonly keys: readonly string[]
  read(text: string): string
  write(text: string, value: string): string
}

/** Files that a fixture of production's replaces: the stack reads the fixture's content. */
export async function readReplaced(config: Config): Promise<Map<string, string | Buffer>> {
  const replaced = new Map<string, string | Buffer>()
  for (const fixture of config.fixtures) {
    const kind = fixtures.find(({ name }) => name === fixture.kind)
    const [from, to] = [kind?.file?.(fixture.options as never), kind?.replaces?.(fixture.options as never)]
    if (from === undefined || to === undefined) continue
    const content = await readFile(resolvePath(config.folder, from)).catch((cause) => {
      throw new RehearsalError('FIXTURE_MISSING', `the fixture ${from} can't be read`, { where: from }, cause)
    })
    replaced.set(resolvePath(config.folder, to), content)
  }
  return replaced
}

export function bindPin(pin: { kind: string; options: unknown }, index: number, config: Config): Pin {
  const kind = pins.find(({ name }) => name === pin.kind) as PinKind<unknown>
  const { options } = pin
  const at = config.at(['pin', index, pin.kind])
  return {
    title: kind.title(options),
    at,
    path: resolvePath(config.folder, kind.file(options)),
    keys: kind.keys?.(options) ?? [],
    read: (text) => placed(at, () => kind.read(text, options)),
    write: (text, value) => kind.write(text, options, value),
  }
}

/** A fault with the place in the configuration that it comes from. */
export function placed<Result>(at: string, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    if (!(cause instanceof RehearsalError)) throw cause
    throw new RehearsalError(cause.code, `${at}: ${cause.message}`, cause.details, cause)
  }
}

export async function readPinFile(pin: Pin): Promise<string> {
  return await readFile(pin.path, 'utf8').catch((cause) => {
    throw new RehearsalError('CONFIG', `${pin.at}: the pin is ${pin.title}, but that file can't be read`, {}, cause)
  })
}
