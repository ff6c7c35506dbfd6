import { execFile } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ResolvedImage } from '../../src/releases/release.ts'
import { pollUntil } from '../../src/run/poll.ts'
import { execaCommand } from '../../src/shell/execa-command.ts'
import type { ComposeModel } from '../../src/stack/compose-model.ts'
import { ComposeStack } from '../../src/stack/compose-stack.ts'
import { doorImage } from '../../src/stack/door-image.ts'
import { connectEngine } from '../../src/stack/engine.ts'
import { runLabel } from '../../src/stack/labels.ts'
import { makeScratch, newRunId } from '../../src/stack/scratch.ts'
import type { Stack } from '../../src/stack/stack.ts'
import { sweepRun } from '../../src/stack/sweep.ts'
import { root } from '../root.ts'
import type { Group } from './figure.ts'
import type { Large } from './large.ts'
import { measure } from './measure.ts'

const source = '1.0'
const targets = ['1.1', '2.0', '2.0-chatty', '2.0-loses-data']
const call = promisify(execFile)
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** Four targets from one restored baseline of 1 GB, each on a fork, against four scripts that each restore it. */
export async function fourTargets(large: Large, tell: Parameters<Group>[0]): Promise<void> {
  const { ms, forkedBytes } = await forked(large)
  const scriptedMs = await scripted(large)
  tell({
    name: 'four targets from one restored 1 GB baseline / four scripted runs',
    value: ms / scriptedMs,
    unit: '',
    target: 0.45,
    detail: `${seconds(ms)} / ${seconds(scriptedMs)}`,
  })
  tell({ name: 'disk used by the four forks of 1 GB', value: forkedBytes / 1e6, unit: ' MB', target: 1_000 })
}

async function scripted({ folder }: Large): Promise<number> {
  const startedAt = performance.now()
  for (const target of targets) {
    await measure(['bash', join(root, 'scripts/bench/target-by-hand.sh'), source, target], { cwd: folder })
  }
  return performance.now() - startedAt
}

async function forked({ folder }: Large): Promise<{ readonly ms: number; readonly forkedBytes: number }> {
  const signal = AbortSignal.timeout(600_000)
  const startedAt = performance.now()
  const engine = await connectEngine(execaCommand, { ...process.env }, signal)
  const runId = newRunId()
  const scratch = await makeScratch(runId)
  try {
    const models = [source, ...targets].map(modelOf)
    const references = [
      ...new Set(models.flatMap(({ services }) => Object.values(services).map(({ image = '' }) => image))),
    ]
    const images = [...references, doorImage].map(async (reference): Promise<ResolvedImage> => {
      const { Id } = await engine.api.getImage(reference).inspect()
      return { reference, id: Id, run: Id, source: 'local' }
    })
    const none = { binds: new Map(), homes: new Map(), needed: {}, secrets: [] }
    const stack = new ComposeStack(
      {
        engine,
        runId,
        network: 'sealed',
        targets: [{ service: 'web', port: 8000 }],
        filled: new Set(),
        rolled: new Set(),
        graceMs: 10_000,
        scratch,
        images: Promise.all(images),
        forks: 'auto',
      },
      models.map((model) => ({ ...none, model })),
    )
    await stack.open(signal)
    await stack.create(0, signal)
    await restore(stack, join(folder, 'large.sql'), signal)
    await started(stack, signal)
    await stack.stop(10_000, signal)
    await stack.checkpoint('baseline', signal)
    const before = await usedBytes(runId)
    let forkedBytes = 0
    for (const release of targets.keys()) {
      if (release > 0) await stack.fork('baseline', signal)
      await stack.create(release + 1, signal)
      await started(stack, signal)
      await stack.stop(10_000, signal)
      forkedBytes += Math.max(0, (await usedBytes(runId)) - before)
    }
    return { ms: performance.now() - startedAt, forkedBytes }
  } finally {
    await sweepRun(engine.api, runId)
    await rm(scratch, { recursive: true, force: true })
  }
}

async function restore(stack: Stack, dump: string, signal: AbortSignal): Promise<void> {
  await stack.startOnly('db', signal)
  const isReady = async () => {
    const { exitCode } = await stack.exec('db', ['pg_isready', '-q', '-h', '127.0.0.1', '-U', 'bench'], { signal })
    return exitCode === 0
  }
  await pollUntil(isReady, { signal, firstMs: 50, longestMs: 50 })
  const file = await open(dump)
  try {
    const psql = ['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-U', 'bench', '-d', 'bench', '-o', '/dev/null']
    const { exitCode, stderr } = await stack.exec('db', psql, { signal, stdin: file.fd })
    if (exitCode !== 0) throw new Error(stderr)
  } finally {
    await file.close()
  }
}

/** Everything runs, and the application says that it is well. */
async function started(stack: Stack, signal: AbortSignal): Promise<void> {
  await stack.start(signal)
  const { host, port } = stack.address('web', 8000)
  const isWell = () =>
    fetch(`http://${host}:${port}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
  await pollUntil(isWell, { signal, firstMs: 50, longestMs: 50 })
}

function modelOf(version: string): ComposeModel {
  const database = 'postgres://bench:bench-password@db/bench'
  return {
    services: {
      db: {
        image: 'postgres:15',
        environment: { POSTGRES_USER: 'bench', POSTGRES_PASSWORD: 'bench-password', POSTGRES_DB: 'bench' },
        volumes: [{ type: 'volume', source: 'data', target: '/var/lib/postgresql/data' }],
      },
      web: { image: `rehearsal-test/app:${version}`, restart: 'always', environment: { DATABASE_URL: database } },
    },
    volumes: { data: {} },
  } as unknown as ComposeModel
}

/** What all volumes of a run take on disk; each overlay is counted by what lies above its checkpoint. */
async function usedBytes(runId: string): Promise<number> {
  const { stdout } = await call('docker', ['volume', 'ls', '--quiet', '--filter', `label=${runLabel}=${runId}`])
  const names = stdout.split('\n').filter(Boolean)
  const inspected = await call('docker', ['volume', 'inspect', ...names])
  const plain = (JSON.parse(inspected.stdout) as { readonly Mountpoint: string; readonly Options: object | null }[])
    .filter(({ Options }) => !Options || Object.keys(Options).length === 0)
    .map(({ Mountpoint }) => Mountpoint)
  const { stdout: total } = await call('du', ['--summarize', '--total', '--block-size=1', ...plain])
  return Number(total.trim().split('\n').at(-1)?.split('\t')[0])
}
