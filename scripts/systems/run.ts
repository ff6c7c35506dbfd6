import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { stringify } from 'yaml'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { root } from '../root.ts'
import { changed, type Scenario } from './scenarios.ts'

export interface Result {
  readonly scenario: Scenario
  readonly got: string
  readonly agrees: boolean
  readonly ms: number
  readonly output: string
}

/** Three rehearsals at a time: each waits for containers most of its time. */
const atOnce = 3

const running = new Set<ChildProcess>()
let isStopped = false

/** Ends what runs, each of which removes what it made, and begins nothing more. */
export function stopRehearsals(signal: NodeJS.Signals): void {
  isStopped = true
  for (const child of running) child.kill(signal)
}

/** Runs each scenario with the bundled command line in a copy of its example; `prepare` adds files to that. */
export async function runAll(
  scenarios: readonly Scenario[],
  onResult: (result: Result) => void,
  prepare: (folder: string) => Promise<void> = async () => undefined,
): Promise<Result[]> {
  const limit = pLimit(atOnce)
  return await Promise.all(
    scenarios.map((scenario) =>
      limit(async () => {
        if (isStopped) throw new Error('stopped')
        const result = await runOne(scenario, prepare)
        onResult(result)
        return result
      }),
    ),
  )
}

async function runOne(scenario: Scenario, prepare: (folder: string) => Promise<void>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), `rehearsal-${scenario.system}-`))
  try {
    await cp(join(root, 'examples', scenario.system), folder, { recursive: true })
    await prepare(folder)
    const file = scenario.config ?? 'upgrade-rehearsal.yml'
    // What a scenario is not about would only take its time.
    const without = scenario.expect.rollback ? {} : { rollback: 'none', 'ready.twice': false }
    const config = changed(await readFile(join(folder, file), 'utf8'), { ...scenario.change, ...without })
    await writeFile(join(folder, 'rehearsed.yml'), stringify(config))
    const versions = [
      ['--from', scenario.from],
      ['--to', scenario.to],
    ].flatMap(([name, version]) => (version === undefined ? [] : [name as string, version]))
    const argv = [join(root, 'dist/cli.cjs'), 'run', '--config', 'rehearsed.yml', ...versions]
    const startedAt = performance.now()
    const output = await call(argv, folder, scenario.env ?? {})
    const ms = performance.now() - startedAt
    const found = await readFile(join(folder, 'upgrade-report/verdict.json'), 'utf8').catch(() => undefined)
    // Ended from outside before it had begun, or broken: either way there is nothing to compare.
    if (found === undefined) return { scenario, ms, output, got: 'no verdict', agrees: false }
    return { scenario, ms, output, ...compare(scenario, JSON.parse(found) as Verdict) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function call(argv: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Promise<string> {
  const child = spawn(process.execPath, argv, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  child.once('close', () => running.delete(child))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  await new Promise((done, fail) => child.once('error', fail).once('close', done))
  return output
}

function compare({ expect }: Scenario, verdict: Verdict): Pick<Result, 'got' | 'agrees'> {
  const [first] = verdict.reasons
  const back = Object.keys(expect.rollback ?? {}).map((way) => `${way} ${verdict.rollback[way] ?? 'not there'}`)
  const got = [first ? `${verdict.verdict} ${first.code}` : verdict.verdict, ...back].join(', ')
  const says = expect.says
  const agrees =
    verdict.verdict === expect.verdict &&
    Object.entries(expect.rollback ?? {}).every(([way, outcome]) => verdict.rollback[way] === outcome) &&
    (expect.reason === undefined || first?.code === expect.reason) &&
    (says === undefined || verdict.reasons.some(({ message, where }) => `${where} ${message}`.includes(says)))
  return { got, agrees }
}
