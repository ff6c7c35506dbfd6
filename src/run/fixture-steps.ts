import type { Configured } from '../config/index.ts'
import type { FixtureContext, FixtureFacts } from '../fixtures/fixture.ts'
import { withOtherReleases } from '../fixtures/per-release.ts'
import { allFixtures, fixtureKind } from '../plan/kinds.ts'
import type { Scene, Spot } from './scene.ts'

/** Reads fixtures before anything starts and loads them when their turn comes. */
export class FixtureSteps {
  readonly #scene: Scene
  readonly #facts = new Map<number, FixtureFacts>()

  constructor(scene: Scene) {
    this.#scene = scene
  }

  async verify(index: number, spot: Spot): Promise<string | undefined> {
    const { kind, options, template } = this.#fixture(index)
    const context = this.#context(spot)
    const facts = await Promise.resolve(kind.verify?.(options, context)).catch(async (thrown) => {
      throw await withOtherReleases(thrown, template, context.folder)
    })
    if (facts) this.#facts.set(index, facts)
    return facts?.note
  }

  async restore(index: number, spot: Spot): Promise<string | undefined> {
    const { kind, options } = this.#fixture(index)
    const context = this.#stackContext(spot)
    // What this rehearsal made itself could not be read before there was any.
    const facts = this.#facts.get(index) ?? (await kind.verify?.(options, context)) ?? {}
    return await kind.restore?.(options, facts, context)
  }

  /** Writes a new one, and reads it once as `verify` does; gives its kind. */
  async capture(index: number, file: string, spot: Spot): Promise<string> {
    const { kind, options } = this.#fixture(index)
    const context = this.#stackContext(spot)
    await kind.capture?.write(options, file, { ...context, facts: this.#facts.get(index) ?? {} })
    await kind.verify?.(renamed(options, kind.file?.(options), file) as never, context)
    return kind.name
  }

  #fixture(index: number) {
    const fixture = allFixtures(this.#scene.ports.config)[index] as Configured
    return { kind: fixtureKind(fixture), options: fixture.options as never, template: fixture.template }
  }

  #stackContext(spot: Spot) {
    const { fill, home } = this.#scene.context(spot)
    const signIn = () => this.#scene.signIn(spot)
    return { ...this.#context(spot), stack: this.#scene.ports.stack, fill, home, signIn }
  }

  #context(spot: Spot): FixtureContext {
    const { config, shell, scratch } = this.#scene.ports
    return {
      folder: config.folder,
      signal: spot.signal,
      maxBytes: config.limits.fixture,
      onLine: this.#scene.tell(spot),
      shell,
      environment: () => this.#scene.environment(spot),
      sourceVersion: this.#scene.versionBefore(spot),
      exported: this.#scene.exported,
      scratch,
    }
  }
}

/** The options of the same fixture at another path. */
function renamed(options: unknown, path: string | undefined, file: string): unknown {
  const entries = Object.entries(options as object)
  return Object.fromEntries(entries.map(([key, value]) => [key, value === path ? file : value]))
}
