import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { pollUntil } from '../../src/run/poll.ts'

const call = promisify(execFile)

const program = 'dockerd'

/** Only root can start an engine, and only where the program is. */
export const canStartEngine = process.getuid?.() === 0 && spawnSync(program, ['--version']).status === 0

/** A few programs and what they need: the storage driver that works everywhere copies an image for each container. */
export const smallImage = 'small:1'
const programs = [
  'sh',
  'cat',
  'chmod',
  'cp',
  'grep',
  'head',
  'ls',
  'mkdir',
  'rm',
  'sleep',
  'stat',
  'touch',
  'true',
  'wc',
]

export interface OwnEngine {
  /** A folder for its data; it exists. */
  readonly dataRoot: string
  /** Where it listens: one for all of a test file, as clients are kept. */
  readonly socket: string
}

/** A new folder, removed when the test ends, after all that was registered later. */
export async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'own-engine-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A file system of its own that is lost with the test. */
export async function mount(type: string, options: string, at: string): Promise<void> {
  await mkdir(at, { recursive: true })
  await call('mount', ['-t', type, '-o', options, type, at])
  onTestFinished(async () => void (await call('umount', [at])))
}

/** A second engine beside the machine's; stopped when the test ends. The small image is in it. */
export async function startEngine({ dataRoot, socket }: OwnEngine): Promise<void> {
  const folder = await ownFolder()
  await writeFile(join(folder, 'daemon.json'), '{}')
  const pidFile = join(folder, 'pid')
  const argv = [
    ...['--config-file', join(folder, 'daemon.json'), '--data-root', dataRoot, '--exec-root', join(folder, 'run')],
    ...['--pidfile', pidFile, '--host', `unix://${socket}`, '--storage-driver', 'vfs'],
    ...['--bridge', 'none', '--iptables=false', '--ip-forward=false', '--ip-masq=false'],
  ]
  const log = createWriteStream(join(folder, 'log'))
  await once(log, 'open')
  // With a network of its own: what it sets up and what it takes down there is not the machine's.
  const engine = spawn('unshare', ['--net', program, ...argv], { stdio: ['ignore', log, log] })
  const ended = once(engine, 'exit')
  onTestFinished(async () => {
    engine.kill()
    await ended
  })
  const alive = async () => {
    if (engine.exitCode !== null) throw new Error(await readFile(join(folder, 'log'), 'utf8'))
  }
  const docker = ['--host', `unix://${socket}`]
  const answers = async () =>
    existsSync(socket) &&
    (await call('docker', [...docker, 'version']).then(
      () => true,
      () => false,
    ))
  await pollUntil(answers, { signal: AbortSignal.timeout(30_000), alive })
  const found = `which ${programs.join(' ')}; for program in $(which ${programs.join(' ')}); do ldd $program; done | grep -o '/lib[^ ]*' | sort -u`
  const files = ['run', '--rm', '--network', 'none', 'debian:bookworm-slim', 'sh', '-c', `tar -chf - $(${found})`]
  const image = join(folder, 'small.tar')
  const own = { ...process.env, DOCKER_HOST: '' }
  const { stdout } = await call('docker', files, { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024, env: own })
  await writeFile(image, stdout)
  await call('docker', [...docker, 'import', image, smallImage])
}
