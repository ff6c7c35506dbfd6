import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { docker } from './harness.ts'
import { canStartEngine, mount, ownFolder, smallImage, startEngine } from './own-engine.ts'
import { type Direct, said, signal, singleStack } from './stacks-directly.ts'

const sh = (script: string) => ['sh', '-ec', script]

async function dataStack(): Promise<Direct> {
  const spec = { volumes: ['data:/data', 'more:/more'], env: {}, command: ['sleep', '3600'] }
  const direct = await singleStack([smallImage], spec, { loader: smallImage })
  await direct.stack.create(0, signal)
  return direct
}

// One socket for all: the client of an engine is kept for as long as the process lives.
const socket = join('/tmp', `own-engine-${process.pid}.sock`)
// Asked for an address, it would look at a bridge that these have not.
const variables = { DOCKER_HOST: `unix://${socket}`, TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1' }

describe.runIf(canStartEngine)('an engine of another kind', () => {
  beforeEach(() => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
  })
  afterEach(() => void vi.unstubAllEnvs())

  test('that can lay no volume over another copies them instead, says why, and tells a full disk', async () => {
    const folder = await ownFolder()
    // An overlay can't be the upper side of another one.
    await mount('tmpfs', 'size=300m', join(folder, 'base'))
    const [lower, upper, work] = ['lower', 'upper', 'work'].map((name) => join(folder, 'base', name))
    for (const name of [lower, upper, work] as string[]) await mkdir(name)
    await mount('overlay', `lowerdir=${lower},upperdir=${upper},workdir=${work}`, join(folder, 'data'))
    await startEngine({ dataRoot: join(folder, 'data'), socket })
    const { stack, sweep } = await dataStack()
    await said(stack, 'app', sh('cd /data; head -c 80000000 /dev/urandom > large; echo one > file; chmod 2751 .'))
    const why = expect.stringMatching(/^the engine can't lay one volume over another here: invalid argument$/)
    expect(await stack.checkpoint('one', signal)).toEqual({ how: 'copy', volumes: 2, why })
    expect(await said(stack, 'app', sh('cd /data; stat -c %a .; cat file; echo two > file; rm large'))).toBe(
      '2751\none',
    )
    // Were the copies before it kept, there would be no room for this one.
    for (const _ of [1, 2, 3]) {
      expect(await stack.fork('one', signal)).toEqual({ how: 'copy', volumes: 2, why })
      expect(await said(stack, 'app', sh('cd /data; stat -c %a .; cat file; echo two > file; stat -c %s large'))).toBe(
        '2751\none\n80000000',
      )
    }
    await said(stack, 'app', sh('cp /data/large /data/larger'))
    await expect(stack.checkpoint('too large', signal)).rejects.toMatchObject({ code: 'NO_SPACE' })
    expect(await sweep()).toEqual([])
  })

  test('whose folder has a long name has room for fewer layers, and no checkpoint shows it', async () => {
    const dataRoot = join(await ownFolder(), 'n'.repeat(240))
    await mkdir(dataRoot)
    await startEngine({ dataRoot, socket })
    const { stack, runId } = await dataStack()
    await said(stack, 'app', sh('echo 0 > /data/first; echo more > /more/file'))
    for (let turn = 1; turn <= 14; turn++) {
      expect(await stack.checkpoint(`turn-${turn}`, signal)).toEqual({ how: 'overlay', volumes: 2 })
      await said(stack, 'app', sh(`cd /data; echo ${turn} > last; echo ${turn} > of-${turn}`))
    }
    const look = sh('cd /data; cat first last /more/file; ls | wc -l')
    expect(await said(stack, 'app', look)).toBe('0\n14\nmore\n16')
    const names = await docker('volume', 'ls', '--quiet', '--filter', `label=upgrade-rehearsal.run=${runId}`)
    expect(names).toMatch(/-base_data$/m)
    for (const turn of [8, 14, 3]) {
      expect((await stack.fork(`turn-${turn}`, signal)).how).toBe('overlay')
      expect(await said(stack, 'app', look)).toBe(`0\n${turn - 1}\nmore\n${turn + 1}`)
    }
  })

  test('whose folder has a colon in its name copies', async () => {
    const dataRoot = join(await ownFolder(), 'one:two')
    await mkdir(dataRoot)
    await startEngine({ dataRoot, socket })
    const { stack } = await dataStack()
    await said(stack, 'app', sh('echo one > /data/file'))
    const { how, why } = await stack.checkpoint('one', signal)
    expect({ how, why }).toEqual({ how: 'copy', why: expect.stringContaining('one:two') })
    expect(await said(stack, 'app', sh('cat /data/file; echo two > /data/file'))).toBe('one')
    await stack.fork('one', signal)
    expect(await said(stack, 'app', sh('cat /data/file'))).toBe('one')
  })
})
