import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ResolvedImage } from '../../src/releases/release.ts'
import { execaCommand } from '../../src/shell/execa-command.ts'
import { connectEngine, type Engine } from '../../src/stack/engine.ts'
import { runLabel } from '../../src/stack/labels.ts'
import { makeScratch, newRunId } from '../../src/stack/scratch.ts'
import { SingleStack } from '../../src/stack/single-stack.ts'
import type { Stack } from '../../src/stack/stack.ts'
import { sweepRun } from '../../src/stack/sweep.ts'
import type { Group } from './figure.ts'
import { median } from './measure.ts'

const call = promisify(execFile)
const { signal } = new AbortController()
const image = 'postgres:15'
const loader = 'alpine/socat:1.7.4.3-r0'
const spec = { volumes: ['data:/data'], env: {}, command: ['sleep', 'infinity'] }
/** Gigabytes, and how often each is copied: that takes long. */
const sizes = [
  { size: 1, copies: 3 },
  { size: 5, copies: 1 },
  { size: 10, copies: 1 },
]
const forksEach = 5
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`

/** Forks of a volume that grows, against copies of it. */
export const volumeForks: Group = async (tell) => {
  const engine = await connectEngine(execaCommand, process.env, signal)
  const runId = newRunId()
  try {
    const stack = await openStack(engine, runId)
    const forkMs: number[] = []
    await run(stack, 'head -c 100M /dev/urandom > /data/0')
    let files = 1
    for (const { size, copies } of sizes) {
      await run(stack, `for i in $(seq ${files} ${size * 10 - 1}); do cp /data/0 /data/$i; done`)
      files = size * 10
      const checkpointMs = await timed(() => stack.checkpoint(`${size}`, signal))
      const forked = await inTurn(forksEach, () => timed(() => forkAndRead(stack, `${size}`)))
      const source = await latest(runId, '_data')
      const copied = await inTurn(copies, () => copyVolume(runId, source))
      const [fork, copy] = [median(forked), median(copied.map(({ ms }) => ms))]
      forkMs.push(fork)
      tell({
        name: `fork of ${size} GB and first read / cp -a`,
        value: fork / copy,
        unit: '',
        target: size === 1 ? 1 : 0.25,
        detail: `${seconds(fork)} / ${seconds(copy)}; the checkpoint took ${seconds(checkpointMs)}`,
      })
      tell({
        name: `disk that a fork of ${size} GB takes`,
        value: (await diskOf(await latest(runId, '-above'))) / 1e6,
        unit: ' MB',
        target: 1,
        detail: `a copy takes ${Math.round((copied[0]?.bytes ?? 0) / 1e6)} MB`,
      })
    }
    const [small = 0, large = 0] = [forkMs[0], forkMs.at(-1)]
    const detail = `${seconds(large)} / ${seconds(small)}`
    tell({ name: 'fork and first read, 10 GB / 1 GB', value: large / small, unit: '', target: 1.5, detail })
  } finally {
    await sweepRun(engine.api, runId)
  }
}

async function openStack(engine: Engine, runId: string): Promise<Stack> {
  const images = [image, loader].map(async (reference): Promise<ResolvedImage> => {
    const { Id } = await engine.api.getImage(reference).inspect()
    return { reference, id: Id, run: Id, source: 'local' }
  })
  const options = {
    engine,
    runId,
    network: 'sealed',
    targets: [],
    filled: new Set<string>(),
    rolled: new Set<string>(),
    graceMs: 1_000,
    scratch: await makeScratch(runId),
    images: Promise.all(images),
    forks: 'auto',
  } as const
  const stack = new SingleStack(options, spec, [image])
  await stack.open(signal)
  await stack.create(0, signal)
  return stack
}

/** As a rehearsal would: a fork, and a container of the service that reads from it. */
async function forkAndRead(stack: Stack, name: string): Promise<void> {
  const { how, why } = await stack.fork(name, signal)
  if (how !== 'overlay') throw new Error(`this engine copies: ${why}`)
  await run(stack, 'head -c 1M /data/0 > /dev/null')
}

async function run(stack: Stack, script: string): Promise<void> {
  const { exitCode, stderr } = await stack.run('app', ['sh', '-ec', script], { signal })
  if (exitCode !== 0) throw new Error(stderr)
}

/** What it takes by hand: one container and `cp -a`. */
async function copyVolume(runId: string, from: string): Promise<{ readonly ms: number; readonly bytes: number }> {
  const to = `ur-${runId}_by-hand`
  await call('docker', ['volume', 'create', '--label', `${runLabel}=${runId}`, to])
  try {
    const ms = await timed(() => inContainer([`${from}:/from:ro`, `${to}:/to`], ['cp', '-a', '/from/.', '/to/']))
    return { ms, bytes: await diskOf(to) }
  } finally {
    await call('docker', ['volume', 'rm', to])
  }
}

async function diskOf(volume: string): Promise<number> {
  return Number((await inContainer([`${volume}:/of:ro`], ['du', '-sk', '/of'])).split('\t')[0]) * 1024
}

async function inContainer(binds: readonly string[], [program = '', ...args]: readonly string[]): Promise<string> {
  const volumes = binds.flatMap((bind) => ['--volume', bind])
  const argv = ['run', '--rm', '--network', 'none', '--user', '0:0', ...volumes, '--entrypoint', program, loader]
  return (await call('docker', [...argv, ...args])).stdout
}

/** The youngest of the run's volumes with such a name: they are numbered. */
async function latest(runId: string, ending: string): Promise<string> {
  const { stdout } = await call('docker', ['volume', 'ls', '--quiet', '--filter', `label=${runLabel}=${runId}`])
  const numbered = stdout.split('\n').filter((name) => /-\d+[-_]/.test(name) && name.endsWith(ending))
  return numbered.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1) ?? ''
}

async function inTurn<Result>(times: number, work: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  for (let turn = 0; turn < times; turn++) results.push(await work())
  return results
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
