import { createHash } from 'node:crypto'
import { RehearsalError } from '../errors.ts'
import { allEnded } from './all-ended.ts'
import type { AnonymousVolume } from './anonymous-volumes.ts'
import type { Forked } from './checkpoint.ts'
import type { VolumePlan } from './compose-rewrite.ts'
import { type Frozen, type Held, isOverlay, type Mount, volumesBehind } from './held-volume.ts'
import { prefixOf } from './labels.ts'
import { NoOverlay, OverlayForks } from './overlay-forks.ts'
import { RunVolumes } from './run-volumes.ts'
import type { StackOptions } from './stack-options.ts'
import type { Throwaway } from './throwaway.ts'
import { copyVolumes, tellingFull } from './volume-copies.ts'
import { lookAt } from './volume-looks.ts'

/** What a fork is made of, and the name that it gets. */
interface Source {
  readonly key: string
  readonly name: string
  readonly frozen: Frozen
}

/** Which of the engine's volumes stands for each of the stack's right now, and what was frozen. */
export class StackVolumes {
  readonly #options: StackOptions
  readonly #throwaway: Throwaway
  readonly #volumes: RunVolumes
  readonly #overlays: OverlayForks
  /** By the name that the plan has for each. */
  #now: ReadonlyMap<string, Held> = new Map()
  readonly #checkpoints = new Map<string, ReadonlyMap<string, Frozen>>()
  /** Counts how often all volumes were replaced. */
  #turn = 0
  #copies: boolean
  #why: string | undefined

  constructor(options: StackOptions, throwaway: Throwaway) {
    this.#options = options
    this.#throwaway = throwaway
    this.#volumes = new RunVolumes(options.engine, options.runId)
    this.#overlays = new OverlayForks(throwaway)
    this.#copies = options.forks === 'copy'
  }

  /** The engine's name for a volume of the plan. */
  nameOf(planned: string): string {
    return this.#now.get(planned)?.volume ?? planned
  }

  /** What a service has besides what its file names. */
  mountsOf(service: string): { readonly volume: string; readonly target: string }[] {
    return [...this.#now.values()].flatMap(({ volume, mounts = [] }) =>
      mounts.filter((mount) => mount.service === service).map(({ target }) => ({ volume, target })),
    )
  }

  /** Makes an empty volume for each, in place of all that is there; no container has any of those any more. */
  async open(
    planned: readonly VolumePlan[],
    signal: AbortSignal,
    further: readonly (readonly Mount[])[] = [],
  ): Promise<void> {
    await this.#drop()
    const turn = this.#turn === 0 ? '' : `-${this.#turn}`
    this.#turn += 1
    const wanted = [
      ...[...new Set(planned.map(({ name }) => name))].map((key) => ({ key, mounts: undefined })),
      ...further.map((mounts) => ({ key: this.#keyOf(mounts), mounts })),
    ]
    const made = await allEnded(
      wanted.map(async ({ key, mounts }) => {
        return [key, await this.#volumes.plain(this.#nameIn(key, turn), signal, mounts)] as const
      }),
    )
    this.#now = new Map(made)
  }

  /** What has no name in any file, in a stable order: with what images have asked for meanwhile. */
  further(anonymous: readonly AnonymousVolume[]): AnonymousVolume[] {
    const own = [...this.#now.values()].flatMap(({ volume, mounts }) => (mounts ? [{ name: volume, mounts }] : []))
    return [...own, ...anonymous].toSorted((a, b) => this.#keyOf(a.mounts).localeCompare(this.#keyOf(b.mounts)))
  }

  async checkpoint(name: string, anonymous: readonly AnonymousVolume[], signal: AbortSignal): Promise<Forked> {
    const frozen = await tellingFull(this.#freeze(anonymous, signal))
    // What nobody named goes on with its container: Compose hands it on.
    const forked = await this.#fork(new Map([...frozen].filter(([key]) => this.#now.has(key))), signal)
    this.#checkpoints.set(name, frozen)
    return forked
  }

  /** Every container is gone by now. */
  async fork(name: string, signal: AbortSignal): Promise<Forked> {
    const frozen = this.#checkpoints.get(name)
    if (!frozen) throw new RehearsalError('INTERNAL', `there is no checkpoint "${name}"`)
    await this.#drop()
    return await this.#fork(frozen, signal)
  }

  async #freeze(anonymous: readonly AnonymousVolume[], signal: AbortSignal): Promise<Map<string, Frozen>> {
    const held = [...this.#now]
    const unnamed = anonymous.map(({ name, mounts }): [string, Held] => {
      return [this.#keyOf(mounts), { volume: name, layers: [{ volume: name, place: '', path: '' }], mounts }]
    })
    const all = [...held, ...unnamed]
    const looks = await lookAt(
      this.#throwaway,
      all.map(([, one]) => one),
      signal,
    )
    const turn = `-${this.#turn}-base`
    const copies: { readonly from: string; readonly to: string }[] = []
    const frozen = new Map<string, Frozen>()
    for (const [index, [key, one]] of all.entries()) {
      const { root, tornLinks } = looks[index] as (typeof looks)[number]
      const spent = !this.#copies && isOverlay(one) && (tornLinks || OverlayForks.isTooHigh(one))
      if (index < held.length && !spent) {
        frozen.set(key, { ...one, root })
        continue
      }
      const copy = await this.#volumes.plain(this.#nameIn(key, turn), signal, one.mounts)
      copies.push({ from: one.volume, to: copy.volume })
      frozen.set(key, { ...copy, root })
    }
    await copyVolumes(this.#throwaway, copies, signal)
    return frozen
  }

  async #fork(frozen: ReadonlyMap<string, Frozen>, signal: AbortSignal): Promise<Forked> {
    const turn = `-${this.#turn}`
    this.#turn += 1
    const sources = [...frozen].map(([key, one]) => ({ key, name: this.#nameIn(key, turn), frozen: one }))
    const held = await tellingFull(this.#makeForks(sources, turn, signal))
    this.#now = new Map(sources.map(({ key }, index) => [key, held[index] as Held]))
    const why = this.#why === undefined ? {} : { why: this.#why }
    return { how: this.#copies ? 'copy' : 'overlay', volumes: sources.length, ...why }
  }

  async #makeForks(sources: readonly Source[], turn: string, signal: AbortSignal): Promise<Held[]> {
    if (sources.length === 0) return []
    if (this.#copies) return await this.#copy(sources, `${turn}-copy`, signal)
    try {
      const above = `${prefixOf(this.#options.runId)}${turn}-above`
      return await this.#overlays.make(sources, above, this.#volumes, signal)
    } catch (cause) {
      if (!(cause instanceof NoOverlay)) throw cause
      // From here on for the whole run: what can't be once can't be again, and asking takes time.
      this.#copies = true
      this.#why = cause.message
      return await this.#copy(sources, `${turn}-copy`, signal)
    }
  }

  async #copy(sources: readonly Source[], turn: string, signal: AbortSignal): Promise<Held[]> {
    const made = await allEnded(
      sources.map(({ key, frozen: { mounts } }) => this.#volumes.plain(this.#nameIn(key, turn), signal, mounts)),
    )
    const copies = sources.map(({ frozen }, index) => ({ from: frozen.volume, to: (made[index] as Held).volume }))
    await copyVolumes(this.#throwaway, copies, signal)
    return made
  }

  /** Removes what neither a checkpoint needs nor the stack has any more. */
  async #drop(): Promise<void> {
    this.#now = new Map()
    const needed = [...this.#checkpoints.values()].flatMap((one) => [...one.values()].flatMap(volumesBehind))
    await this.#volumes.removeExcept(new Set(needed))
  }

  #keyOf(mounts: readonly Mount[]): string {
    const [first] = mounts.map(({ service, target }) => `${service}:${target}`).sort()
    const hash = createHash('sha256')
      .update(first ?? '')
      .digest('hex')
      .slice(0, 16)
    return `${prefixOf(this.#options.runId)}_${hash}`
  }

  /** `ur-ID_data` becomes `ur-ID-3_data`: no volume of a user's has such a name. */
  #nameIn(planned: string, turn: string): string {
    const prefix = prefixOf(this.#options.runId)
    return prefix + turn + planned.slice(prefix.length)
  }
}
