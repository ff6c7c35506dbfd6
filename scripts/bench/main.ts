import { execFileSync } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { root } from '../root.ts'
import type { Group } from './figure.ts'
import { type Large, makeLarge, rawRestore, rawUnpack, rehearseLarge } from './large.ts'
import { measure, median, pairedRatio } from './measure.ts'

const cli = join(root, 'dist/cli.cjs')
const example = join(root, 'examples/unleash')
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** The tool against what people write by hand, its memory, its start and its size. */
export const main: Group = async (tell) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    await againstScript(folder, tell)
    await startAndSize(tell)
    await largeFixtures(folder, tell)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function againstScript(folder: string, tell: Parameters<Group>[0]): Promise<void> {
  const reports = join(folder, 'report')
  // By hand nobody tries a way back, starts the target twice, or looks on for a while.
  const cwd = join(folder, 'unleash')
  await cp(example, cwd, { recursive: true })
  const config = join(cwd, 'upgrade-rehearsal.yml')
  const own = parse(await readFile(config, 'utf8'))
  const ready = { ...own.ready, twice: false, steady: '0s' }
  await writeFile(config, stringify({ ...own, ready, rollback: 'none' }))
  const tool = async () => (await measure([process.execPath, cli, 'run', '--report-dir', reports], { cwd })).ms
  const script = async () => (await measure(['bash', join(root, 'scripts/bench/by-hand.sh'), example])).ms
  const { ratio, a, b } = await pairedRatio(5, tool, script)
  tell({
    name: 'whole rehearsal / the same by hand',
    value: ratio,
    unit: '',
    target: 1.05,
    detail: `${seconds(a)} / ${seconds(b)}`,
  })
}

async function startAndSize(tell: Parameters<Group>[0]): Promise<void> {
  const starts = Array.from({ length: 11 }, () => {
    const startedAt = performance.now()
    // Nothing else runs in here meanwhile: looking at it would be measured as well.
    execFileSync(process.execPath, [cli, 'validate'], { cwd: example, stdio: 'ignore' })
    return performance.now() - startedAt
  })
  tell({ name: 'validate, start to end', value: median(starts), unit: ' ms', target: 250 })
  const names = await readdir(join(root, 'dist'))
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(root, 'dist', name))).size))
  tell({ name: 'size of dist/', value: sizes.reduce((sum, size) => sum + size, 0) / 1e6, unit: ' MB', target: 4 })
}

async function largeFixtures(folder: string, tell: Parameters<Group>[0]): Promise<void> {
  const small = await makeLarge(join(folder, 'small'), 1)
  const large = await makeLarge(join(folder, 'large'), 1_000)
  const peaks: Record<string, number[]> = {}
  const step = (files: Large, kind: 'postgres' | 'volume', size: string) => async () => {
    const { restoreMs, peakBytes } = await rehearseLarge(files, kind)
    peaks[`${kind} ${size}`] = [...(peaks[`${kind} ${size}`] ?? []), peakBytes]
    return restoreMs
  }
  const dump = await pairedRatio(3, step(large, 'postgres', 'large'), () => rawRestore(large))
  tell({
    name: 'restore of a 1 GB dump / docker exec -i',
    value: dump.ratio,
    unit: '',
    target: 1.1,
    detail: `${seconds(dump.a)} / ${seconds(dump.b)}`,
  })
  const archive = await pairedRatio(5, step(large, 'volume', 'large'), () => rawUnpack(large))
  tell({
    name: 'restore of a 1 GB volume / docker cp',
    value: archive.ratio,
    unit: '',
    target: 1.1,
    detail: `${seconds(archive.a)} / ${seconds(archive.b)}`,
  })
  for (const kind of ['postgres', 'volume'] as const) {
    await step(small, kind, 'small')()
    const [big, little] = [median(peaks[`${kind} large`] ?? []), median(peaks[`${kind} small`] ?? [])]
    tell({ name: `peak memory with 1 GB, ${kind}`, value: big / 1e6, unit: ' MB', target: 150 })
    tell({
      name: `peak memory, 1 GB / 1 MB, ${kind}`,
      value: big / little,
      unit: '',
      target: 1.15,
      detail: `${Math.round(big / 1e6)} / ${Math.round(little / 1e6)} MB`,
    })
  }
}
