import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { root } from '../root.ts'
import type { Group } from './figure.ts'
import { measure, pairedRatio } from './measure.ts'

const seconds = (ms: number) => `${Math.round(ms / 1000)} s`
/** By every stop, by one of them, and directly: three sources of one fixture, and the jump that the policy advises against. */
const paths = ['5.12.8..6.10.1..7.6.5..8.2.0', '5.12.8..6.10.1..8.2.0', '5.12.8..8.2.0']

/** The paths of the demo application's last three majors to the next one, as a tree and one by one. */
export const asTree: Group = async (tell) => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'))
  try {
    await cp(join(root, 'examples/unleash'), folder, { recursive: true })
    const file = join(folder, 'upgrade-rehearsal.yml')
    const releases = { list: ['5.12.8', '6.10.1', '7.6.5', '8.2.0'] }
    const path = { to: '8.2.0', 'carry-from': '5.12.8', releases, step: 'major', policy: 'advise' }
    await writeFile(file, stringify({ ...parse(await readFile(file, 'utf8')), path }))
    await refuseOthers(folder)
    const tree = () => run(folder, ['--all', '--jobs', '2'])
    const separately = async () => {
      let ms = 0
      for (const one of paths) ms += await run(folder, ['--path', one])
      return ms
    }
    const { ratio, a, b } = await pairedRatio(1, tree, separately)
    tell({
      name: 'three paths as a tree, two at a time / one by one',
      value: ratio,
      unit: '',
      target: 0.6,
      detail: `${seconds(a)} / ${seconds(b)}`,
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What is compared has to be the same. */
async function refuseOthers(cwd: string): Promise<void> {
  const { stdout } = await measure(cli('plan', '--matrix'), { cwd })
  const { include } = JSON.parse(stdout) as { include: readonly { readonly paths: string }[] }
  const planned = include.map((job) => job.paths)
  if (planned.toSorted().join() !== paths.toSorted().join()) throw new Error(`other paths are planned: ${planned}`)
}

async function run(cwd: string, args: readonly string[]): Promise<number> {
  return (await measure(cli('run', ...args, '--report-dir', 'report'), { cwd })).ms
}

function cli(...args: readonly string[]): string[] {
  return [process.execPath, join(root, 'dist/cli.cjs'), ...args]
}
