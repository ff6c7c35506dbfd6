import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pollUntil } from '../../src/run/poll.ts'
import { ask, ownMachine, type Reach } from './engine-command.ts'
import { run } from './program.ts'

/** A whole engine beside the machine's, with a disk, a network and a registry of its own: it may be killed, stopped and filled. */
export interface Island {
  readonly reach: Reach
  /** Where its registry is for whoever is on the island. */
  readonly registry: string
  docker(...args: readonly string[]): Promise<string>
  /** SIGKILL, and gone. */
  kill(): Promise<void>
  /** Starts it again over the same disk. */
  start(): Promise<void>
  /** It is there and does nothing, until it is let go on. */
  freeze(): void
  thaw(): void
  /** Leaves only so much room on its disk; undefined frees all again. */
  leaveRoom(bytes: number | undefined): Promise<void>
}

const disk = 'size=3g'
const images = ['rehearsal-test/app:1.0', 'rehearsal-test/app:2.0', 'postgres:15', 'alpine/socat:1.7.4.3-r0']
const withinMs = 60_000

export async function startIsland(atEnd: (work: () => Promise<unknown>) => void): Promise<Island> {
  const folder = await mkdtemp(join(tmpdir(), 'rehearsal-island-'))
  atEnd(() => rm(folder, { recursive: true, force: true }))
  const [data, state, socket, log] = ['data', 'state', 'engine.sock', 'log'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  await mkdir(data)
  await run('mount', '-t', 'tmpfs', '-o', disk, 'tmpfs', data)
  atEnd(() => unmountBelow(folder))
  // Its network is a container's that is connected to nothing: what the engine sets up there is not the machine's.
  const shore = `rehearsal-faults-island-${randomUUID().slice(0, 8)}`
  const label = ['--label', `rehearsal-faults.island=${shore}`]
  await ask(ownMachine, 'run', '--detach', '--name', shore, ...label, '--network', 'none', 'registry:2')
  atEnd(() => ask(ownMachine, 'rm', '--force', '--volumes', shore))
  const shorePid = (await ask(ownMachine, 'inspect', '--format', '{{.State.Pid}}', shore)).trim()
  const prefix = ['nsenter', `--net=/proc/${shorePid}/ns/net`]
  const env = { DOCKER_HOST: `unix://${socket}`, TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1' }
  const reach: Reach = { env, prefix }
  const docker = (...args: readonly string[]) => ask(reach, ...args)
  await writeFile(join(folder, 'daemon.json'), '{}')
  const argv = [
    ...prefix,
    ...['dockerd', '--config-file', join(folder, 'daemon.json'), '--data-root', data, '--exec-root', state],
    ...['--pidfile', join(folder, 'pid'), '--host', `unix://${socket}`, '--storage-driver', 'overlay2'],
  ]
  let engine: ChildProcess | undefined
  const start = async () => {
    const written = createWriteStream(log, { flags: 'a' })
    await once(written, 'open')
    const child = spawn(argv[0] as string, argv.slice(1), { stdio: ['ignore', written, written] })
    engine = child
    const alive = async () => {
      if (child.exitCode !== null)
        throw new Error(`the island's engine ended: ${(await readFile(log, 'utf8')).slice(-2_000)}`)
    }
    const answers = async () =>
      existsSync(socket) &&
      (await docker('version').then(
        () => true,
        () => false,
      ))
    await pollUntil(answers, { signal: AbortSignal.timeout(withinMs), alive })
  }
  const end = async (signal: NodeJS.Signals) => {
    if (!engine || engine.exitCode !== null || engine.signalCode !== null) return
    const ended = once(engine, 'exit')
    engine.kill('SIGCONT')
    engine.kill(signal)
    await ended
  }
  atEnd(() => endBelow(state))
  atEnd(() => end('SIGTERM'))
  await start()
  await run('sh', '-c', `docker save ${images.join(' ')} | docker --host unix://${socket} load --quiet`)
  return {
    reach,
    registry: '127.0.0.1:5000',
    docker,
    start,
    kill: async () => {
      await end('SIGKILL')
      await forgetContainerd(state)
    },
    freeze: () => void engine?.kill('SIGSTOP'),
    thaw: () => void engine?.kill('SIGCONT'),
    leaveRoom: async (bytes) => {
      const filler = join(data, 'filler')
      await rm(filler, { force: true })
      if (bytes === undefined) return
      const { bavail, bsize } = await statfs(data)
      await run('fallocate', '--length', String(bavail * bsize - bytes), filler)
    },
  }
}

/** What a killed engine has left running, of a program or of all; each names the engine's own folder. */
async function endBelow(state: string, program = ''): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [first = '', ...rest] = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (first.endsWith(program) && rest.join(' ').includes(state)) process.kill(Number(pid), 'SIGKILL')
  }
}

/** As a machine is after a crash: containers may run on, and what tells of a living containerd is not true any more. */
async function forgetContainerd(state: string): Promise<void> {
  await endBelow(state, 'containerd')
  for (const name of ['containerd.pid', 'containerd.sock', 'containerd.sock.ttrpc'])
    await rm(join(state, 'containerd', name), { force: true })
}

async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '')
  for (const at of mounts.filter((one) => one.startsWith(`${folder}/`)).toReversed()) await run('umount', '--lazy', at)
}
