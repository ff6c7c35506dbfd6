import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RehearsalError } from '../errors.ts'
import { type Rewritten, rewriteCompose } from './compose-rewrite.ts'
import { ContainerStack, type StackOptions } from './container-stack.ts'
import { prefixOf } from './labels.ts'
import type { ComposeRead } from './read-compose.ts'
import type { CommandResult } from './stack.ts'
import { startFailure } from './start-failure.ts'
import { copyFiles } from './volumes.ts'

type Env = Readonly<Record<string, string>>

/** A Compose project, driven by the docker compose CLI from rewritten files of its own. */
export class ComposeStack extends ContainerStack {
  readonly #releases: readonly ComposeRead[]
  #current: { readonly file: string; readonly rewritten: Rewritten; readonly env: Env } | undefined
  #copied = new Set<string>()

  constructor(options: StackOptions, releases: readonly ComposeRead[]) {
    super(options)
    this.#releases = releases
  }

  get services(): readonly string[] {
    return Object.keys(this.#releases.at(-1)?.model.services ?? {})
  }

  protected resources() {
    const all = this.#releases.map((read) => {
      // Volumes and networks don't depend on the images: they can be made while those are still being pulled.
      const images = new Map(Object.values(read.model.services).map(({ image }) => [image ?? '', image ?? '']))
      return this.#rewrite(read, images)
    })
    const volumes = new Map(all.flatMap((one) => one.volumes).map((volume) => [volume.name, volume]))
    return { volumes: [...volumes.values()], networks: [...new Set(all.flatMap((one) => one.networks))] }
  }

  #rewrite(read: ComposeRead, images: ReadonlyMap<string, string>): Rewritten {
    return rewriteCompose(read.model, {
      runId: this.options.runId,
      images,
      binds: read.binds,
      graceMs: this.options.graceMs,
    })
  }

  async create(release: number, signal: AbortSignal): Promise<void> {
    const read = this.#releases[release] as ComposeRead
    const images = new Map((await this.options.images).map((image) => [image.reference, image.run]))
    const rewritten = this.#rewrite(read, images)
    const file = join(this.options.scratch, `compose-${release}.json`)
    await writeFile(file, JSON.stringify(rewritten.model, null, 2), { mode: 0o600 })
    this.#current = { file, rewritten, env: { ...this.options.engine.env, ...read.needed } }
    // Files can be put only into containers that exist; without any, one call less brings the release up.
    if (rewritten.copies.length > 0) await this.#createContainers(signal)
  }

  async #createContainers(signal: AbortSignal): Promise<void> {
    mustSucceed('create', await this.#compose(['create', '--no-build', '--pull', 'never', '--remove-orphans'], signal))
    for (const { id, state } of await this.described()) {
      if (this.#copied.has(id)) continue
      await this.copyInto(id, state.service)
      this.#copied.add(id)
    }
  }

  protected override async copyInto(container: string, service: string): Promise<void> {
    const copies = this.#current?.rewritten.copies.filter((copy) => copy.service === service) ?? []
    await copyFiles(this.options.engine, container, copies)
  }

  async startOnly(service: string, signal: AbortSignal): Promise<void> {
    mustSucceed(
      'start',
      await this.#compose(['up', '--detach', '--no-deps', '--no-build', '--pull', 'never', service], signal),
    )
  }

  protected async startAll(signal: AbortSignal): Promise<void> {
    mustSucceed(
      'start',
      await this.#compose(['up', '--detach', '--no-build', '--pull', 'never', '--remove-orphans'], signal),
    )
  }

  protected async stopAll(_graceMs: number, signal: AbortSignal): Promise<void> {
    // Each service's own grace period, or the configured one, stands in the file: --timeout would override both.
    mustSucceed('stop', await this.#compose(['stop'], signal))
  }

  #compose(argv: readonly string[], signal: AbortSignal): Promise<CommandResult> {
    if (!this.#current) throw new RehearsalError('INTERNAL', 'no release was created yet')
    const { file, env } = this.#current
    return this.options.engine.docker(
      ['compose', '--project-name', prefixOf(this.options.runId), '--file', file, ...argv],
      { signal, env },
    )
  }
}

function mustSucceed(what: string, result: CommandResult): void {
  if (result.exitCode === 0) return
  const lines = result.stderr.trim().split('\n')
  const said = lines.findLast((line) => /error|fail|no space/i.test(line)) ?? lines.at(-1) ?? ''
  throw new RehearsalError(startFailure(said.trim()), `Compose could not ${what} the stack: ${said.trim()}`, {
    log: lines.slice(-10),
  })
}
