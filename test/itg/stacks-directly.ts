import { rm } from 'node:fs/promises'
import { onTestFinished } from 'vitest'
import type { ResolvedImage } from '../../src/releases/release.ts'
import { execaCommand } from '../../src/shell/execa-command.ts'
import type { ComposeModel, ComposeService } from '../../src/stack/compose-model.ts'
import { ComposeStack } from '../../src/stack/compose-stack.ts'
import { connectEngine, type Engine } from '../../src/stack/engine.ts'
import { makeScratch, newRunId } from '../../src/stack/scratch.ts'
import { type SingleSpec, SingleStack } from '../../src/stack/single-stack.ts'
import type { Stack } from '../../src/stack/stack.ts'
import type { StackOptions } from '../../src/stack/stack-options.ts'
import { sweepRun } from '../../src/stack/sweep.ts'
import { leftovers } from './harness.ts'

export const signal = new AbortController().signal
const usualLoader = 'alpine/socat:1.7.4.3-r0'

/** A stack without a rehearsal around it: what is done with it is what a test says. */
export interface Direct {
  readonly stack: Stack
  readonly runId: string
  readonly engine: Engine
  /** Removes all of the run, and says what is left of it. */
  sweep(): Promise<string[]>
}

export interface DirectOptions {
  readonly forks?: StackOptions['forks']
  /** Images that no release names. */
  readonly further?: readonly string[]
  /** What holds volumes for a moment, where it is not the usual image. */
  readonly loader?: string
  /** Host folders that are mounted. */
  readonly binds?: ReadonlyMap<string, 'folder'>
}

/** One Compose model a release. */
export async function composeStack(releases: readonly ComposeModel[], options: DirectOptions = {}): Promise<Direct> {
  const images = releases.flatMap(({ services }) => Object.values(services).map(({ image = '' }) => image))
  const none = { binds: options.binds ?? new Map(), homes: new Map(), needed: {}, secrets: [] }
  const reads = releases.map((model) => ({ ...none, model }))
  return await direct(images, options, (made) => new ComposeStack(made, reads))
}

export async function singleStack(
  releases: readonly string[],
  spec: SingleSpec,
  options: DirectOptions = {},
): Promise<Direct> {
  return await direct(releases, options, (made) => new SingleStack(made, spec, releases))
}

async function direct(
  images: readonly string[],
  { forks = 'auto', further = [], loader = usualLoader }: DirectOptions,
  make: (options: StackOptions) => Stack,
): Promise<Direct> {
  const engine = await connectEngine(execaCommand, { ...process.env }, signal)
  const runId = newRunId()
  const scratch = await makeScratch(runId)
  const sweep = async () => {
    await sweepRun(engine.api, runId)
    await rm(scratch, { recursive: true, force: true })
    return await leftovers(runId)
  }
  onTestFinished(async () => void (await sweep()))
  const resolved = [...new Set([...images, ...further, usualLoader])].map(async (reference): Promise<ResolvedImage> => {
    const { Id } = await engine.api.getImage(reference === usualLoader ? loader : reference).inspect()
    return { reference, id: Id, run: Id, source: 'local' }
  })
  const stack = make({
    engine,
    runId,
    network: 'sealed',
    targets: [],
    filled: new Set(),
    rolled: new Set(),
    graceMs: 10_000,
    scratch,
    images: Promise.all(resolved),
    forks,
  })
  await stack.open(signal)
  return { stack, runId, engine, sweep }
}

/** A service that waits; each mount is `name:/path`. */
export function idleService(...mounts: readonly string[]): ComposeService {
  const volumes = mounts.map((mount) => {
    const [source = '', target = ''] = mount.split(':')
    return { type: 'volume', source, target }
  })
  return { image: 'rehearsal-test/base:latest', command: ['sleep', 'infinity'], stop_grace_period: '0s', volumes }
}

/** What a command of a service prints. Fails where it fails. */
export async function said(stack: Stack, service: string, argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await stack.run(service, argv, { signal })
  if (exitCode !== 0) throw new Error(`${argv.join(' ')} ended with ${exitCode}: ${stderr}${stdout}`)
  return stdout.trim()
}
