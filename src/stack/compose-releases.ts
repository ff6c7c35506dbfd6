import { releaseAlias } from '../fields/index.ts'
import { alteredModel } from './altered.ts'
import type { ComposeModel } from './compose-model.ts'
import { type RewriteInput, type Rewritten, rewriteCompose } from './compose-rewrite.ts'
import type { Definition } from './forkable-container-stack.ts'
import type { ComposeRead } from './read-compose.ts'
import type { StackOptions } from './stack-options.ts'
import type { Needed } from './stack-resources.ts'

/** A release as it is to be run, and as it was read. */
export interface ComposeRelease {
  readonly model: ComposeModel
  readonly rewritten: Rewritten
  /** Variables that Compose needs again. */
  readonly needed: ComposeRead['needed']
}

/** What the user's files say for each release of the path. */
export class ComposeReleases {
  readonly #options: StackOptions
  readonly #reads: readonly ComposeRead[]

  constructor(options: StackOptions, reads: readonly ComposeRead[]) {
    this.#options = options
    this.#reads = reads
  }

  /** Those of the last one. */
  get services(): readonly string[] {
    return Object.keys(this.#reads.at(-1)?.model.services ?? {})
  }

  needed(): Needed {
    const all = this.#reads.map(({ model }, release) => {
      // Volumes and networks don't depend on the images: they can be made while those are still being pulled.
      const images = new Map(Object.values(model.services).map(({ image }) => [image ?? '', image ?? '']))
      return this.#rewrite(model, release, { images })
    })
    // Where releases have a folder of their own for a volume, it starts with the first one's content.
    const volumes = new Map(all.flatMap((one) => one.volumes).map((volume) => [volume.name, volume] as const))
    for (const volume of all[0]?.volumes ?? []) volumes.set(volume.name, volume)
    return { volumes: [...volumes.values()], networks: [...new Set(all.flatMap((one) => one.networks))] }
  }

  async defined(
    { release, altered }: Definition,
    now: Required<Pick<RewriteInput, 'volume' | 'mounts'>>,
  ): Promise<ComposeRelease> {
    const read = this.#reads[release] as ComposeRead
    const model = alteredModel(read.model, altered)
    const images = new Map((await this.#options.images).map((image) => [image.reference, image.run]))
    return { model, rewritten: this.#rewrite(model, release, { ...now, images }), needed: read.needed }
  }

  #rewrite(model: ComposeModel, release: number, now: Pick<RewriteInput, 'images' | 'volume' | 'mounts'>): Rewritten {
    const { rolled, runId, graceMs } = this.#options
    const { binds, homes } = this.#reads[release] as ComposeRead
    const aliases = (service: string) => (rolled.has(service) ? [releaseAlias(service, release)] : [])
    return rewriteCompose(model, { ...now, aliases, runId, binds, homes, graceMs })
  }
}
