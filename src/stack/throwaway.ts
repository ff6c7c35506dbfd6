import { randomUUID } from 'node:crypto'
import type Dockerode from 'dockerode'
import { doorImage } from './door-image.ts'
import { asking } from './engine.ts'
import { prefixOf, roleLabel, runLabels } from './labels.ts'
import type { CommandResult } from './stack.ts'
import { imageOf, type StackOptions } from './stack-options.ts'

/** Containers that have volumes for a moment, one by one: root's, without any network, and of no service. */
export class Throwaway {
  readonly #options: StackOptions

  constructor(options: StackOptions) {
    this.#options = options
  }

  /** Runs a program; `folder` is the one it runs in. */
  async run(
    binds: readonly string[],
    argv: readonly string[],
    signal: AbortSignal,
    folder = '/',
  ): Promise<CommandResult> {
    const start = (container: Dockerode.Container) =>
      this.#options.engine.docker(['start', '--attach', container.id], { signal })
    return await this.#within(binds, { argv, folder }, start, signal)
  }

  /** Hands out one that never runs: for files to be put in, taken out, or looked for. */
  async idle<Result>(
    binds: readonly string[],
    use: (container: Dockerode.Container) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    return await this.#within(binds, { argv: ['true'], folder: '/' }, use, signal)
  }

  async #within<Result>(
    binds: readonly string[],
    { argv, folder }: { readonly argv: readonly string[]; readonly folder: string },
    use: (container: Dockerode.Container) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const { engine, runId } = this.#options
    const image = await imageOf(this.#options, doorImage)
    signal.throwIfAborted()
    const container = await asking(() =>
      engine.api.createContainer({
        name: `${prefixOf(runId)}_volume_${randomUUID().slice(0, 8)}`,
        Image: image,
        Entrypoint: argv.slice(0, 1),
        Cmd: argv.slice(1),
        User: '0:0',
        WorkingDir: folder,
        Labels: { ...runLabels(runId), [roleLabel]: 'loader' },
        HostConfig: { Binds: [...binds], NetworkMode: 'none' },
      }),
    )
    try {
      return await use(container)
    } finally {
      await container.remove({ force: true, v: true }).catch(() => undefined)
    }
  }
}
