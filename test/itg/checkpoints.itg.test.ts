import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { PassThrough, Readable, type Writable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { pollUntil } from '../../src/run/poll.ts'
import type { ComposeService } from '../../src/stack/compose-model.ts'
import type { Stack } from '../../src/stack/stack.ts'
import { sweepRun } from '../../src/stack/sweep.ts'
import { docker, leftovers, makeFolder } from './harness.ts'
import { composeStack, idleService, said, signal, singleStack } from './stacks-directly.ts'

const sh = (script: string) => ['sh', '-ec', script]
const idle = ['sleep', 'infinity']

/** A stack with one waiting service, of which release 0 was created. */
async function oneService(service: ComposeService, releases = 1) {
  const direct = await composeStack(Array.from({ length: releases }, () => ({ services: { app: service } })))
  await direct.stack.create(0, signal)
  return direct
}

async function started(stack: Stack, script: string): Promise<string> {
  await stack.start(signal)
  const { exitCode, stdout, stderr } = await stack.exec('app', sh(script), { signal })
  expect(exitCode, stderr).toBe(0)
  await stack.stop(1, signal)
  return stdout.trim()
}

describe('a stack with checkpoints', () => {
  test('goes on after each of them without being created anew, whatever starts next', async () => {
    const { stack } = await oneService(idleService('data:/data'))
    expect(await started(stack, 'echo one > /data/file; cat /data/file')).toBe('one')
    expect(await stack.checkpoint('one', signal)).toEqual({ how: 'overlay', volumes: 1 })
    expect(await said(stack, 'app', sh('cat /data/file; echo two > /data/file'))).toBe('one')
    expect(await started(stack, 'cat /data/file')).toBe('two')
    expect(await stack.fork('one', signal)).toEqual({ how: 'overlay', volumes: 1 })
    expect(await stack.containers()).toEqual([])
    expect(await said(stack, 'app', sh('cat /data/file'))).toBe('one')
    await stack.startServices(['app'], signal)
    const { stdout } = await stack.exec('app', sh('cat /data/file; touch /data/other'), { signal })
    expect(stdout).toBe('one\n')
    await expect(stack.checkpoint('torn', signal)).rejects.toThrow(/app still runs/)
    await stack.stop(1, signal)
    await stack.fresh(new Set(), signal)
    expect(await started(stack, 'ls /data; touch /data/fresh')).toBe('')
    await stack.emptyVolume('data', signal)
    expect(await started(stack, 'ls /data')).toBe('')
    await stack.fork('one', signal)
    expect(await started(stack, 'ls /data')).toBe('file')
  })

  test('has the same for a single image, and for one that was not created yet', async () => {
    const spec = { volumes: ['data:/data', 'data:/same', 'read:/read:ro'], env: {}, command: idle }
    const { stack } = await singleStack(['rehearsal-test/base:latest', 'debian:bookworm-slim'], spec)
    expect(await stack.checkpoint('empty', signal)).toEqual({ how: 'overlay', volumes: 2 })
    await stack.fork('empty', signal)
    await stack.create(0, signal)
    expect(await started(stack, 'echo one > /data/file; cat /same/file')).toBe('one')
    await stack.checkpoint('one', signal)
    expect(await started(stack, 'echo two > /same/file; cat /data/file')).toBe('two')
    await stack.fork('one', signal)
    expect(await started(stack, 'cat /data/file')).toBe('one')
    await stack.create(1, signal)
    expect(await started(stack, 'cat /data/file; python3 --version || true')).toBe('one')
    await stack.fresh(new Set(), signal)
    expect(await started(stack, 'ls /data')).toBe('')
  })

  test('keeps host folders apart that lie inside each other, also when they are put back', async () => {
    const folder = await makeFolder({ 'outer/file': 'outer', 'outer/inner/deep/file': 'inner' })
    const [outer, inner] = [join(folder, 'outer'), join(folder, 'outer/inner/deep')]
    const bind = (source: string, target: string) => ({ type: 'bind', source, target })
    const service = { ...idleService(), volumes: [bind(outer, '/outer'), bind(inner, '/outer/inner/deep')] }
    const binds = new Map([outer, inner].map((path) => [path, 'folder'] as const))
    const { stack } = await composeStack([{ services: { app: service } }], { binds })
    await stack.create(0, signal)
    const look = 'cat /outer/file /outer/inner/deep/file'
    expect(await started(stack, look)).toBe('outerinner')
    await stack.checkpoint('first', signal)
    expect(await started(stack, `printf changed | tee /outer/file /outer/inner/deep/file > /dev/null; ${look}`)).toBe(
      'changedchanged',
    )
    await stack.fork('first', signal)
    expect(await started(stack, `${look}; rm /outer/file`)).toBe('outerinner')
    await stack.fresh(new Set(), signal)
    expect(await started(stack, look)).toBe('outerinner')
  })

  test('shows and keeps what was printed since its last start, containers that are gone or not', async () => {
    const service = { ...idleService('data:/data'), command: sh('echo "started with $$(ls /data)"; sleep infinity') }
    const { stack } = await oneService(service)
    const printed = async () => {
      const lines: string[] = []
      const written = async () => {
        lines.length = 0
        await stack.eachLogLine('app', (line) => lines.push(line), signal)
        return lines.length > 0
      }
      await pollUntil(written, { signal: AbortSignal.timeout(20_000) })
      return lines
    }
    const kept = async () => {
      const logs: Promise<string>[] = []
      const open = (): Writable => {
        const log = new PassThrough()
        logs.push(text(log))
        return log
      }
      await stack.saveLogs(open, signal)
      const lines = (await Promise.all(logs)).join('').replace(/^\S+ /gm, '')
      return lines.replace(/^upgrade-rehearsal reads the log here .*\n/gm, '')
    }
    await stack.start(signal)
    expect(await printed()).toEqual(['started with '])
    await stack.exec('app', sh('touch /data/one'), { signal })
    await stack.stop(1, signal)
    expect(await kept()).toBe('started with \n')
    await stack.checkpoint('one', signal)
    expect(await kept()).toBe('')
    await stack.start(signal)
    expect(await printed()).toEqual(['started with one'])
    await stack.stop(1, signal)
    expect(await kept()).toBe('started with one\n')
    await stack.fork('one', signal)
    await stack.start(signal)
    expect(await printed()).toEqual(['started with one'])
    expect(await kept()).toBe('started with one\n')
  })

  test('leaves nothing behind, not even where a fork is in use, and no volume of anybody else is touched', async () => {
    const bystander = `bystander-${randomBytes(4).toString('hex')}`
    await docker('volume', 'create', bystander)
    onTestFinished(async () => void (await docker('volume', 'rm', bystander)))
    await docker('run', '--rm', '--volume', `${bystander}:/data`, 'debian:bookworm-slim', 'touch', '/data/kept')
    const { stack, runId, engine } = await oneService({ ...idleService('data:/data'), restart: 'always' })
    const dirty = 'mkdir /data/locked; touch /data/locked/file /data/gone; chmod 0 /data/locked'
    await said(stack, 'app', sh(dirty))
    await stack.checkpoint('first', signal)
    await said(stack, 'app', sh('rm /data/gone; touch /data/locked/more; chmod 0 /data'))
    await stack.checkpoint('second', signal)
    await stack.start(signal)
    await stack.exec('app', sh('rm -r /data/locked; mkdir /data/locked'), { signal })
    expect((await leftovers(runId)).length).toBeGreaterThan(5)
    const swept = await sweepRun(engine.api, runId)
    expect(swept.volumes).toBe(5)
    expect(await leftovers(runId)).toEqual([])
    expect(await docker('volume', 'ls', '--quiet', '--filter', `name=${runId}`)).toBe('')
    const look = ['run', '--rm', '--volume', `${bystander}:/data`, 'debian:bookworm-slim', 'ls', '/data']
    expect(await docker(...look)).toBe('kept\n')
  })

  test('leaves no connection to the engine open, which would keep the process alive', async () => {
    const { stack } = await oneService(idleService('data:/data'))
    await stack.checkpoint('one', signal)
    const connections = () => process.getActiveResourcesInfo().filter((kind) => kind === 'PipeWrap').length
    const before = connections()
    for (let turn = 0; turn < 3; turn++) await stack.fork('one', signal)
    await pollUntil(async () => connections() <= before, { signal: AbortSignal.timeout(5_000) })
  })

  test('stops at once where it is cancelled while it copies, and makes nothing more', async () => {
    const spec = { volumes: ['data:/data', 'more:/more'], env: {}, command: idle }
    const { stack, runId, sweep } = await singleStack(['rehearsal-test/base:latest'], spec, { forks: 'copy' })
    await stack.create(0, signal)
    await said(stack, 'app', sh('head -c 1500000000 /dev/zero > /data/large'))
    const cancelled = new AbortController()
    const checkpoint = stack.checkpoint('never', cancelled.signal).catch((cause) => cause)
    const copying = async () =>
      (await docker('ps', '--no-trunc', '--filter', `name=ur-${runId}_volume`)).includes('cp -a')
    await pollUntil(copying, { signal: AbortSignal.timeout(20_000), longestMs: 20 })
    cancelled.abort(new Error('enough'))
    expect(await checkpoint).toEqual(new Error('enough'))
    expect(await sweep()).toEqual([])
  })
})

describe('a volume that only an image asks for', () => {
  const cache: ComposeService = { image: 'redis:7', command: idle, stop_grace_period: '0s' }

  test('is put back with all others, and goes on with its container otherwise', async () => {
    const { stack, runId, sweep } = await composeStack([
      { services: { app: { ...cache, image: 'redis:7' }, other: idleService('data:/data') } },
    ])
    await stack.create(0, signal)
    expect(await started(stack, 'echo one > file; pwd')).toBe('/data')
    expect((await stack.checkpoint('one', signal)).volumes).toBe(1)
    expect(await started(stack, 'cat file; echo two > file; stat -c %U .')).toBe('one\nredis')
    expect((await stack.fork('one', signal)).volumes).toBe(2)
    expect(await started(stack, 'cat file; echo three > file; stat -c %U .')).toBe('one\nredis')
    await stack.checkpoint('three', signal)
    expect(await said(stack, 'app', sh('cat file; echo four > file'))).toBe('three')
    expect(await started(stack, 'cat file')).toBe('four')
    await stack.fork('three', signal)
    expect(await started(stack, 'cat file')).toBe('three')
    await stack.fork('one', signal)
    expect(await started(stack, 'cat file')).toBe('one')
    await stack.fresh(new Set(), signal)
    expect(await started(stack, 'ls')).toBe('')
    const unnamed = await anonymousOf(runId)
    expect(unnamed).toHaveLength(1)
    expect(await sweep()).toEqual([])
    expect((await docker('volume', 'ls', '--quiet')).split('\n')).not.toContain(unnamed[0])
  })

  test('has to be named where a service has several containers', async () => {
    const { stack } = await oneService({ ...cache, scale: 2 })
    await stack.start(signal)
    await stack.stop(1, signal)
    const failure = await stack.checkpoint('one', signal).catch((cause) => cause)
    expect(failure).toMatchObject({ code: 'STACK_INVALID', details: { where: 'app' } })
    expect(`${failure.message}; ${failure.details.hint}`).toMatch(/"app" has several .* at \/data.*NAME:\/data/)
  })
})

async function anonymousOf(runId: string): Promise<string[]> {
  const containers = await docker('ps', '--all', '--quiet', '--filter', `label=upgrade-rehearsal.run=${runId}`)
  const ids = containers.split('\n').filter(Boolean)
  const mounts = await docker('inspect', '--format', '{{range .Mounts}}{{println .Name}}{{end}}', ...ids)
  return mounts.split('\n').filter((name) => /^[0-9a-f]{64}$/.test(name))
}

describe('killing a service', () => {
  test('ends every container of it at once, and the engine starts none again', async () => {
    const trap = { ...idleService('data:/data'), command: sh('trap : TERM; while :; do sleep 0.1; done') }
    const { stack, engine } = await composeStack([
      { services: { app: { ...trap, restart: 'always', scale: 2 }, other: idleService() } },
    ])
    await stack.create(0, signal)
    await stack.start(signal)
    const oneShot = stack.run('app', sh('touch /data/started; sleep 60'), { signal })
    const begun = async () => (await stack.exec('app', ['ls', '/data'], { signal })).stdout.includes('started')
    await pollUntil(begun, { signal: AbortSignal.timeout(20_000) })
    expect(await stack.kill('app', signal)).toBe(3)
    expect((await oneShot).exitCode).toBe(137)
    const states = (await stack.containers()).map(({ service, status, exitCode, restarts }) => {
      return `${service} ${status} ${exitCode ?? ''} ${restarts}`
    })
    expect(states).toEqual(['app exited 137 0', 'app exited 137 0', 'other running  0'])
    expect(await stack.kill('app', signal)).toBe(0)
    await stack.start(signal)
    const running = (await stack.containers()).filter(({ status }) => status === 'running')
    expect(running).toHaveLength(3)
    const { HostConfig } = await engine.api.getContainer(running[0]?.container ?? '').inspect()
    expect(HostConfig.RestartPolicy?.Name).toBe('on-failure')
  })

  test('that ends by itself at that moment kills none, and is no failure', async () => {
    const spec = { volumes: [], env: {}, command: ['sleep', '0.15'] }
    const { stack } = await singleStack(['rehearsal-test/base:latest'], spec)
    const killed: number[] = []
    for (let round = 0; round < 16; round += 1) {
      await stack.create(0, signal)
      await stack.start(signal)
      // Before its end, at it, and after it.
      await setTimeout(60 + round * 10)
      killed.push(await stack.kill('app', signal))
    }
    expect(new Set(killed)).toEqual(new Set([0, 1]))
  })
})

describe('a release that is altered', () => {
  const look = sh('echo "$GREETING $KEPT"; python3 --version > /dev/null 2>&1 && echo python || echo none')

  test('has another image, variable and command until it is created or forked again', async () => {
    const service = { ...idleService('data:/data'), environment: { GREETING: 'hello', KEPT: 'kept' } }
    const { stack } = await composeStack([{ services: { app: service } }], { further: ['debian:bookworm-slim'] })
    const altered = {
      app: { image: 'debian:bookworm-slim', environment: { GREETING: 'a $dollar' }, command: sh('exit 7') },
    }
    await stack.create(0, signal, altered)
    expect(await said(stack, 'app', look)).toBe('a $dollar kept\nnone')
    await stack.start(signal)
    const ended = async () => (await stack.containers())[0]?.exitCode === 7
    await pollUntil(ended, { signal: AbortSignal.timeout(20_000) })
    await stack.checkpoint('one', signal)
    expect(await said(stack, 'app', look)).toBe('a $dollar kept\nnone')
    await stack.fork('one', signal)
    expect(await said(stack, 'app', look)).toBe('hello kept\npython')
    await stack.create(0, signal, altered)
    await stack.create(0, signal)
    expect(await started(stack, look.at(-1) as string)).toBe('hello kept\npython')
  })

  test('is the same for a single image', async () => {
    const spec = { volumes: ['data:/data'], env: { GREETING: 'hello', KEPT: 'kept' }, command: idle }
    const releases = ['rehearsal-test/base:latest']
    const { stack } = await singleStack(releases, spec, { further: ['debian:bookworm-slim'] })
    const altered = { image: 'debian:bookworm-slim', environment: { GREETING: 'other' }, command: sh('exit 7') }
    await stack.create(0, signal, { app: altered })
    expect(await said(stack, 'app', look)).toBe('other kept\nnone')
    await stack.start(signal)
    const ended = async () => (await stack.containers())[0]?.exitCode === 7
    await pollUntil(ended, { signal: AbortSignal.timeout(20_000) })
    await stack.checkpoint('one', signal)
    await stack.fork('one', signal)
    expect(await started(stack, look.at(-1) as string)).toBe('hello kept\npython')
  })
})

describe('a pack of volumes', () => {
  const fill = `
    cd /files; chown 5:6 .; chmod 2751 .
    echo one > a; ln a b; ln -s a link; mkfifo -m 620 pipe; mkdir -m 1777 sticky; echo x > sticky/x; chown 7:8 sticky/x
    chmod 4711 sticky/x; truncate -s 1M hole; mkdir /more/inner; chmod 700 /more; echo more > /more/inner/file
    echo own > /data/file`
  const look = `
    for at in /files /more /data; do cd $at; find . -printf '%p %y %m %U %G %l %TY\\n' | sort; done
    stat -c %h /files/a; cat /files/a /files/b /more/inner/file /data/file; [ /files/a -ef /files/b ] && echo same`
  /** One volume of it is one that its image asks for. */
  const keeper = { ...idleService('files:/files', 'more:/more'), image: 'redis:7' }

  test('fills the volumes of another run with the same, those included that nobody named', async () => {
    const { stack } = await oneService(keeper)
    const there = await started(stack, `${fill}; ${look}`)
    expect(there.split('\n').slice(-5)).toEqual(['one', 'one', 'more', 'own', 'same'])
    const { stack: second } = await oneService(keeper)
    await started(second, 'touch /files/not-packed /data/not-packed')
    await second.unpackVolumes(await stack.packVolumes(signal), signal)
    await second.checkpoint('unpacked', signal)
    expect(await started(second, `${look}; rm /data/file /files/a`)).toBe(there)
    await second.fork('unpacked', signal)
    const { stack: third } = await oneService(keeper)
    await third.unpackVolumes(await second.packVolumes(signal), signal)
    expect(await started(third, look)).toBe(there)
  })

  test('is refused where it is cut short, of another stack, or none', async () => {
    const { stack } = await oneService(keeper)
    await started(stack, 'head -c 300000 /dev/urandom > /files/bytes')
    const packed = await buffer(await stack.packVolumes(signal))
    const unpacking = (bytes: Buffer) => stack.unpackVolumes(Readable.from([bytes]), signal).catch((cause) => cause)
    expect(await unpacking(packed.subarray(0, 200_000))).toMatchObject({ code: 'FIXTURE_CORRUPT' })
    expect(await unpacking(packed.subarray(0, 100))).toMatchObject({ code: 'FIXTURE_CORRUPT' })
    expect(await unpacking(randomBytes(2_000))).toMatchObject({ code: 'FIXTURE_CORRUPT' })
    const broken = async function* () {
      yield packed.subarray(0, 100_000)
      throw new Error('the line went dead')
    }
    await expect(stack.unpackVolumes(Readable.from(broken()), signal)).rejects.toThrow('the line went dead')
    const { stack: other } = await oneService(idleService('files:/files'))
    const failure = await other.unpackVolumes(Readable.from([packed]), signal).catch((cause) => cause)
    expect(failure).toMatchObject({
      code: 'FIXTURE_CORRUPT',
      message: expect.stringMatching(/files, more.*has: files$/),
    })
    await stack.unpackVolumes(Readable.from([packed]), signal)
    expect(await started(stack, 'stat -c %s /files/bytes')).toBe('300000')
  })

  test('ends with its reader, and fails where the engine can not go on', async () => {
    const { stack, runId, engine } = await oneService(keeper)
    await started(stack, 'head -c 30000000 /dev/urandom > /files/bytes')
    const loaders = () => docker('ps', '--all', '--quiet', '--filter', `name=ur-${runId}_volume`)
    const packing = async () => {
      const tar = await stack.packVolumes(signal)
      onTestFinished(() => void tar.destroy())
      // More than the list in front.
      await pollUntil(async () => tar.readableLength > 2_000, { signal: AbortSignal.timeout(20_000) })
      return tar
    }
    const left = await packing()
    left.destroy()
    await pollUntil(async () => (await loaders()) === '', { signal: AbortSignal.timeout(20_000) })
    const torn = await packing()
    const holding = engine.api.getContainer((await loaders()).trim())
    // What was on its way may still come whole.
    const reading = buffer(torn).then(
      ({ length }) => (length > 30_000_000 ? 'whole' : 'cut short'),
      ({ code }) => code,
    )
    const [outcome] = await Promise.all([reading, holding.remove({ force: true })])
    expect(['whole', 'INTERNAL']).toContain(outcome)
  })
})
