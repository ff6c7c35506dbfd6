import { execFile, spawn } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import type { Entry } from '../../src/run/journal.ts'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { root } from '../root.ts'
import { changed } from '../systems/scenarios.ts'

export interface Report {
  readonly verdict: Verdict
  readonly entries: readonly Entry[]
  /** What the migration printed until each kill, by the kill's number. */
  readonly logs: ReadonlyMap<number, string>
  /** Ids of whatever of the run the engine still has. */
  readonly left: readonly string[]
  readonly output: string
}

/** Rehearses the upgrade with so many kills; `tell` gets a line for each kill. */
export async function rehearseKills(
  kills: { readonly times: number; readonly seed: number },
  tell: (line: string) => void,
): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'rehearsal-kills-'))
  try {
    await cp(join(root, 'test/kills'), folder, { recursive: true })
    const file = join(folder, 'upgrade-rehearsal.yml')
    const rollback = [{ interrupted: { service: 'web', ...kills } }]
    await writeFile(file, stringify(changed(await readFile(file, 'utf8'), { rollback })))
    const output = await run(folder, tell)
    const reports = join(folder, 'upgrade-report')
    const verdict = JSON.parse(await readFile(join(reports, 'verdict.json'), 'utf8')) as Verdict
    const journal = await readFile(join(reports, 'journal.jsonl'), 'utf8')
    const entries = journal.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Entry]))
    return { verdict, entries, logs: await logsOf(join(reports, 'logs')), left: await leftOf(verdict.runId), output }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function run(cwd: string, tell: (line: string) => void): Promise<string> {
  const child = spawn(process.execPath, [join(root, 'dist/cli.cjs'), 'run'], {
    cwd,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let told = 0
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      // The title stands in the plan too, without a mark.
      const done = [...output.matchAll(/^ +[✓✗] [\d.]+ +start .*, and kill .*$/gm)].map(([line]) => line.trim())
      for (const line of done.slice(told)) tell(line)
      told = done.length
    })
  }
  await new Promise((done, fail) => child.once('error', fail).once('close', done))
  return output
}

async function logsOf(folder: string): Promise<Map<number, string>> {
  const logs = new Map<number, string>()
  for (const name of await readdir(folder)) {
    const turn = /^rollback-interrupted(?:\.(\d+))?\.kill$/.exec(name)
    if (turn) logs.set(Number(turn[1] ?? 1), await readFile(join(folder, name, 'web-1.log'), 'utf8').catch(() => ''))
  }
  return logs
}

async function leftOf(runId: string): Promise<string[]> {
  const filter = ['--quiet', '--filter', `label=upgrade-rehearsal.run=${runId}`]
  const lists = [
    ['ps', '--all'],
    ['network', 'ls'],
    ['volume', 'ls'],
  ].map(async (list) => (await promisify(execFile)('docker', [...list, ...filter])).stdout)
  return (await Promise.all(lists)).flatMap((list) => list.split('\n').filter(Boolean))
}
