import { spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { leftovers } from '../test/itg/harness.ts'

// Three rehearsals of a real application, Unleash with PostgreSQL, from a dump of a 5.12.8 installation: a good
// upgrade, a candidate whose migration loses flags, and a baseline that can't reach its database.

interface Scene {
  readonly name: string
  readonly tells: string
  readonly argv: readonly string[]
  readonly expected: { readonly exitCode: number; readonly verdict: string }
}

const root = resolve(import.meta.dirname, '..')
const folder = resolve(root, 'examples/unleash')
const reports = resolve(root, 'upgrade-report')

const scenes: readonly Scene[] = [
  {
    name: 'good',
    tells: 'Unleash 5.12.8 → 8.2.0, as published',
    argv: ['--to', '8.2.0'],
    expected: { exitCode: 0, verdict: 'compatible' },
  },
  {
    name: 'broken-candidate',
    tells: 'Unleash 5.12.8 → a candidate built on 8.2.0, with one migration that loses flags',
    argv: ['--to', '8.2.0', '--to-image', 'unleash-candidate:8.2.1-broken'],
    expected: { exitCode: 20, verdict: 'incompatible' },
  },
  {
    name: 'broken-baseline',
    tells: 'the same upgrade, but the baseline has a wrong database password',
    argv: ['--config', 'broken-baseline.yml'],
    expected: { exitCode: 21, verdict: 'inconclusive' },
  },
]

interface Played {
  readonly right: boolean
  readonly runId: string
}

async function play(scene: Scene): Promise<Played> {
  console.log(`\n━━ ${scene.name}: ${scene.tells}\n`)
  const argv = [resolve(root, 'dist/cli.cjs'), 'run', ...scene.argv, '--report-dir', resolve(reports, scene.name)]
  const child = spawn(process.execPath, argv, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
  const exitCode = await new Promise<number | null>((done, fail) => child.once('error', fail).once('exit', done))
  const { default: verdict } = await import(resolve(reports, scene.name, 'verdict.json'), { with: { type: 'json' } })
  const right = exitCode === scene.expected.exitCode && verdict.verdict === scene.expected.verdict
  const wanted = `${scene.expected.verdict}, exit code ${scene.expected.exitCode}`
  console.log(`\n${right ? '✓' : '✗'} expected ${wanted}; got ${verdict.verdict}, exit code ${exitCode}`)
  return { right, runId: verdict.runId }
}

const played: Played[] = []
for (const scene of scenes) played.push(await play(scene))
const left = (await Promise.all(played.map(({ runId }) => leftovers(runId)))).flat()

console.log('\n━━ the demo')
scenes.forEach((scene, index) => {
  console.log(
    `${played[index]?.right ? '✓' : '✗'} ${scene.name.padEnd(17)} ${scene.expected.verdict.padEnd(13)} ${resolve(reports, scene.name)}`,
  )
})
console.log(left.length === 0 ? '✓ nothing was left behind' : `✗ left behind: ${left.join(', ')}`)
console.log('  each folder holds summary.md to read, junit.xml and verdict.json for machines, and the logs')
process.exitCode = played.every(({ right }) => right) && left.length === 0 ? 0 : 1
