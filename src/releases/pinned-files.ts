import { readFile } from 'node:fs/promises'
import { resolve as resolvePath } from 'node:path'
import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { namesSource } from '../fields/index.ts'
import type { ReadContext } from '../fixtures/fixture.ts'
import { fixtures } from '../fixtures/index.ts'
import { fixtureOf, withOtherReleases } from '../fixtures/per-release.ts'
import { pins } from '../pins/index.ts'
import type { PinKind } from '../pins/pin.ts'

/** A configured pin with its kind's functions bound to its options. */
export interface Pin {
  readonly title: string
  /** Where it stands in the configuration. */
  readonly at: string
  readonly path: string
  readonly keys: readonly string[]
  /** Variable that Compose is handed the value in, where the pin's file is not one that Compose reads. */
  readonly sets: string | undefined
  read(text: string): string
  write(text: string, value: string): string
}

/** What it takes to read a fixture of production's, which may be encrypted. */
export type FixtureTools = Pick<ReadContext, 'shell' | 'scratch' | 'signal'>

/**
 * Files that a fixture of production's replaces: the stack reads the fixture's content. Without a release, only of
 * fixtures that are the same for each; with one, only of all others.
 */
export async function readReplaced(
  config: Config,
  tools: FixtureTools,
  release?: string,
): Promise<Map<string, string | Buffer>> {
  const replaced = new Map<string, string | Buffer>()
  const { folder } = config
  for (const written of config.fixtures) {
    if (namesSource(written.options) !== (release !== undefined)) continue
    const fixture = release === undefined ? written : fixtureOf(written, release)
    const kind = fixtures.find(({ name }) => name === fixture.kind)
    const to = kind?.replaces?.(fixture.options as never)
    if (!kind?.content || to === undefined) continue
    const content = kind.content(fixture.options as never, { folder, exported: undefined, ...tools })
    const read = await content.catch(async (thrown) => {
      throw await withOtherReleases(thrown, fixture.template, folder)
    })
    replaced.set(resolvePath(folder, to), read)
  }
  return replaced
}

/** Where the fixture stands that replaces a file by one of the source's; undefined where none does. */
export function replacedPerRelease(config: Config, path: string): string | undefined {
  const index = config.fixtures.findIndex(({ kind: name, options }) => {
    const to = fixtures.find((kind) => kind.name === name)?.replaces?.(options as never)
    return to !== undefined && namesSource(options) && resolvePath(config.folder, to) === path
  })
  return index < 0 ? undefined : config.at(['fixtures', index, config.fixtures[index]?.kind ?? ''])
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
    sets: kind.sets?.(options),
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

/** Reads a file of the stack; `otherwise` is its text where there is none. */
export type ReadText = (path: string, otherwise?: string) => Promise<string>

export async function readPinFile(pin: Pin): Promise<string> {
  return await readFile(pin.path, 'utf8').catch((cause) => {
    throw new RehearsalError('CONFIG', `${pin.at}: the pin is ${pin.title}, but that file can't be read`, {}, cause)
  })
}

export const readText: ReadText = async (path, otherwise) =>
  await readFile(path, 'utf8').catch((cause) => {
    if (otherwise !== undefined) return otherwise
    throw new RehearsalError('STACK_INVALID', `${path} can't be read`, { where: path }, cause)
  })
