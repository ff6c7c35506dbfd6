import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Stack } from '../../src/stack/stack.ts'
import { docker } from './harness.ts'
import { said, signal, singleStack } from './stacks-directly.ts'

const program = { source: join(import.meta.dirname, 'volume-work.py'), target: '/volume-work.py' }

async function work(stack: Stack, ...args: readonly string[]): Promise<string> {
  const argv = ['python3', program.target, args[0] as string, '/data', ...args.slice(1)]
  const { exitCode, stdout, stderr } = await stack.run('app', argv, { signal, files: [program] })
  expect(exitCode, stderr).toBe(0)
  return stdout
}

async function dataStack(forks: 'auto' | 'copy') {
  const spec = { volumes: ['data:/data'], env: {}, command: ['sleep', 'infinity'] }
  const direct = await singleStack(['rehearsal-test/base:latest'], spec, { forks })
  await direct.stack.create(0, signal)
  return direct
}

/** What one way of forking shows of a whole life of a volume: two levels of checkpoints, each put back once. */
async function lifeOf(forks: 'auto' | 'copy') {
  const { stack } = await dataStack(forks)
  await work(stack, 'make')
  const made = await work(stack, 'state', 'times')
  const { how, why } = await stack.checkpoint('first', signal)
  const forked = await work(stack, 'state', 'times')
  const used = await work(stack, 'use')
  const changed = await work(stack, 'state')
  await stack.checkpoint('second', signal)
  const onTop = await work(stack, 'state')
  await work(stack, 'again')
  const third = await work(stack, 'state')
  await stack.fork('second', signal)
  const secondAgain = await work(stack, 'state')
  await stack.fork('first', signal)
  const firstAgain = await work(stack, 'state', 'times')
  return { how, why, made, forked, used, changed, onTop, third, secondAgain, firstAgain }
}

describe('what applications do with files', () => {
  test('has the same result on a fork as on a copy, and never reaches the checkpoint', async () => {
    const [fork, copy] = [await lifeOf('auto'), await lifeOf('copy')]
    expect([fork.how, copy.how, copy.why]).toEqual(['overlay', 'copy', undefined])
    expect(fork.used).not.toContain('FAILED')
    expect(fork.used.split('\n')).toEqual(copy.used.split('\n'))
    for (const { made, forked, firstAgain, changed, onTop, secondAgain, third } of [fork, copy]) {
      expect(made.split('\n').length).toBeGreaterThan(100)
      expect(forked.split('\n')).toEqual(made.split('\n'))
      expect(firstAgain.split('\n')).toEqual(made.split('\n'))
      expect(changed).not.toBe(made)
      expect(onTop.split('\n')).toEqual(changed.split('\n'))
      expect(secondAgain.split('\n')).toEqual(changed.split('\n'))
      expect(third).not.toBe(changed)
    }
    expect(fork.changed.split('\n')).toEqual(copy.changed.split('\n'))
    expect(fork.third.split('\n')).toEqual(copy.third.split('\n'))
  })

  test('every name of a file shows what was written through one of them, two checkpoints later', async () => {
    const { stack, runId } = await dataStack('auto')
    await said(stack, 'app', ['sh', '-c', 'cd /data; echo old > a; ln a b; ln a c'])
    await stack.checkpoint('first', signal)
    await said(stack, 'app', ['sh', '-c', 'cd /data; echo new > a; rm c'])
    await stack.checkpoint('second', signal)
    const look = ['sh', '-c', 'cd /data; cat a b; ls; stat -c %h a b']
    const expected = 'new\nnew\na\nb\n2\n2'
    expect(await said(stack, 'app', look)).toBe(expected)
    await stack.fork('second', signal)
    expect(await said(stack, 'app', look)).toBe(expected)
    // Only that one volume had to be copied for it.
    expect(await volumesOf(runId, 'base')).toHaveLength(1)
    await stack.fork('first', signal)
    expect(await said(stack, 'app', ['sh', '-c', 'cd /data; cat a b c'])).toBe('old\nold\nold')
  })

  test('a file with several names that nobody writes to is no reason to copy the volume', async () => {
    const { stack, runId } = await dataStack('auto')
    await said(stack, 'app', ['sh', '-c', 'cd /data; echo old > a; ln a b; echo x > other'])
    await stack.checkpoint('first', signal)
    await said(stack, 'app', ['sh', '-c', 'cd /data; echo new > other; ln other another'])
    await stack.checkpoint('second', signal)
    expect(await said(stack, 'app', ['sh', '-c', 'cd /data; cat a b other another'])).toBe('old\nold\nnew\nnew')
    expect(await volumesOf(runId, 'base')).toEqual([])
  })
})

async function volumesOf(runId: string, part: string): Promise<string[]> {
  const names = await docker('volume', 'ls', '--quiet', '--filter', `label=upgrade-rehearsal.run=${runId}`)
  return names.split('\n').filter((name) => name.includes(`-${part}_`))
}
