import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { both, type Fault } from './fault.ts'
import { health, lone, notes } from './notes.ts'
import type { Ran } from './ran.ts'
import { textsOf } from './reports.ts'
import type { Scene } from './scene.ts'

const mega = 2 ** 20
/** Own memory, whatever the sizes. */
const memoryLimit = 256 * mega
const secret = 'split-secret-4417-of-production'

/** Python that the target's own program follows; in digits, which no shell and no YAML takes for anything else. */
function saying(script: string, environment = ''): string {
  const digits = Buffer.from(script).toString('hex')
  const command = `python3 -c "exec(bytes.fromhex('${digits}'))"; exec app serve`
  return `${environment}command: [sh, -c, ${JSON.stringify(command)}]`
}

const hugeLine = `
import os, sys
if os.environ['APP_VERSION'] == '2.0':
    out = sys.stdout.buffer
    piece = b'A\\xff\\xfe\\xc3(' * 209715
    for _ in range(1024): out.write(piece)
    out.write(b'\\n')
    out.flush()`

/** The secret is cut by a pause in the middle, by the engine's own limit of a line's piece, and by colours. */
const splitSecret = `
import os, sys, time
out, secret = sys.stdout.buffer, os.environ['APP_SECRET'].encode()
def say(data):
    out.write(data)
    out.flush()
for cut in range(1, len(secret), 5):
    say(b'paused ' + secret[:cut])
    time.sleep(0.02)
    say(secret[cut:] + b'\\n')
for cut in range(0, len(secret), 3): say(b'x' * (16384 - cut) + secret + b'\\n')
for cut in range(0, len(secret), 3): say(b'y' * (65536 - cut) + secret + b'\\n')
say(secret[:9] + b'\\x1b[31m' + secret[9:] + b'\\x1b[0m\\n')
say(b'z' * 40000 + secret)`

async function expectInert(scene: Scene, ran: Ran): Promise<void> {
  const said = await textsOf(ran)
  const colours = new RegExp(String.fromCharCode(27))
  scene.expect(!colours.test(said), 'an escape code is in the output or the report')
  const junit = await readFile(join(ran.reports, 'junit.xml'), 'utf8')
  scene.expect(XMLValidator.validate(junit) === true, 'junit.xml is no XML')
  scene.expect(new XMLParser().parse(junit).testsuites !== undefined, 'junit.xml has no suites')
  // A runner takes what begins a line for a command, unless commands are stopped.
  let stopped: string | undefined
  for (const line of ran.output.split('\n')) {
    const token = /^::stop-commands::(\w{16,})$/.exec(line)?.[1]
    if (token) stopped = token
    else if (line === `::${stopped}::`) stopped = undefined
    else if (stopped === undefined && (/##\[/.test(line) || /^\s*::(error|add-mask)::([xy]$|from)/.test(line)))
      scene.complaints.push(`a runner would obey: ${line}`)
  }
}

/** What a runner gives the Action's main step: inputs by their defaults, and files to write to. */
async function runnerEnvironment(scene: Scene): Promise<Record<string, string>> {
  const files = ['GITHUB_OUTPUT', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'].map((name) => [
    name,
    join(scene.outside, name),
  ])
  for (const [, file = ''] of files) await writeFile(file, '')
  const inputs = {
    command: 'run',
    config: '',
    from: '',
    to: '',
    'to-image': '',
    'report-dir': 'upgrade-report',
    strict: 'false',
  }
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  return Object.fromEntries([...files, ...given, ['GITHUB_ACTIONS', 'true'], ['GITHUB_WORKSPACE', scene.folder]])
}

export const saidFaults: readonly Fault[] = [
  {
    number: 31,
    title: 'a line of 1 GiB without an end, not even UTF-8',
    promise: { verdict: 'compatible-with-warnings', code: 'LOGS_TRUNCATED', says: /web/ },
    chosenOnly: true,
    apps: ['sqlite'],
    async inject(scene) {
      const smoke = `${health}\n  - log: { service: web, forbid: "^error" }`
      await scene.write(lone(saying(hugeLine), `path: { to: "2.0" }\nready: { within: 10m }\nsmoke: ${smoke}`))
      const ran = await scene.rehearse()
      scene.expect(ran.peak < memoryLimit, `it held ${Math.round(ran.peak / mega)} MiB`)
      const folder = join(ran.reports, 'logs')
      for (const name of await readdir(folder, { recursive: true })) {
        if (!name.endsWith('.log')) continue
        const size = (await readFile(join(folder, name))).length
        scene.expect(size < 11 * mega, `${name} has ${size} bytes`)
      }
      return ran
    },
  },
  {
    number: 32,
    title: 'secrets that are split across chunks',
    promise: { verdict: 'compatible-with-warnings', code: 'LOGS_TRUNCATED' },
    apps: ['sqlite'],
    async inject(scene) {
      const environment = `environment: { APP_SECRET: ${secret} }, `
      const smoke = `${health}\n  - log: { service: web, forbid: "^error" }`
      await scene.write(lone(saying(splitSecret, environment), `path: { to: "2.0" }\nsmoke: ${smoke}`))
      const ran = await scene.rehearse()
      const said = (await textsOf(ran)).replace(/\\u001b\[\d+m|\n/g, '')
      scene.expect(said.includes('paused'), 'what the application printed is not in the report')
      scene.expect(!said.includes(secret), 'the secret is in the output or the report')
      return ran
    },
  },
  {
    number: 33,
    title: 'workflow commands, colours and ]]> from the application',
    promise: { verdict: 'incompatible', code: 'SMOKE_REGRESSION' },
    apps: both,
    async inject(scene, { app }) {
      const service = app === 'sqlite' ? 'app' : 'web'
      const print = 'printf "::error::from the application\\\\n##[error]from the application\\\\n\\\\033[31m]]>\\\\n"'
      const smoke = `${health}\n  - suite: { run: '${print.replaceAll('\\\\', '\\')}' }\n  - log: { service: ${service}, forbid: "::error::x" }`
      await scene.write(notes(app, { to: '2.0-chatty', smoke }))
      const ran = await scene.rehearse({ env: { GITHUB_ACTIONS: 'true' } })
      await expectInert(scene, ran)
      return ran
    },
  },
  {
    number: 33,
    title: "the same in the Action's own step",
    promise: { verdict: 'incompatible', code: 'SMOKE_REGRESSION' },
    apps: ['sqlite'],
    async inject(scene, { app }) {
      const print = 'printf "::error::from the application\\n##[error]from the application\\n"'
      const smoke = `${health}\n  - suite: { run: '${print}' }\n  - log: { service: app, forbid: "::error::x" }`
      await scene.write(notes(app, { to: '2.0-chatty', smoke }))
      const ran = await scene.rehearse({ program: 'dist/action.cjs', env: await runnerEnvironment(scene) })
      await expectInert(scene, ran)
      return ran
    },
  },
]
