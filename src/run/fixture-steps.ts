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
    const context = this.#context(spot)
    // What this rehearsal made itself could not be read before there was any.
    const facts = this.#facts.get(index) ?? (await kind.verify?.(options, context)) ?? {}
    const { fill, home } = this.#scene.context(spot)
    const { stack } = this.#scene.ports
    const signIn = () => this.#scene.signIn(spot)
    return await kind.restore?.(options, facts, { ...context, stack, fill, home, signIn })
  }

  #fixture(index: number) {
    const fixture = allFixtures(this.#scene.ports.config)[index] as Configured
    return { kind: fixtureKind(fixture), options: fixture.options as never, template: fixture.template }
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
