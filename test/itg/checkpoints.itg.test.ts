import { expect, test } from 'vitest'
import { composeStack, said, signal } from './stacks-directly.ts'

const idle = { image: 'rehearsal-test/base:latest', command: ['sleep', 'infinity'], stop_grace_period: '0s' }

test('smoke', async () => {
  const { stack, sweep } = await composeStack([
    { services: { app: { ...idle, volumes: [{ type: 'volume', source: 'data', target: '/data' }] } } },
  ])
  await stack.create(0, signal)
  await said(stack, 'app', ['sh', '-c', 'echo one > /data/file; mkdir /data/folder; chown 7:8 /data; chmod 2751 /data'])
  const times: number[] = []
  const timed = async <R>(work: Promise<R>): Promise<R> => {
    const s = performance.now()
    try {
      return await work
    } finally {
      times.push(Math.round(performance.now() - s))
    }
  }
  console.log(await timed(stack.checkpoint('a', signal)))
  expect(
    await said(stack, 'app', [
      'sh',
      '-c',
      'cat /data/file; stat -c "%a %u %g" /data; python3 -c "import os; os.rename(\\"/data/folder\\", \\"/data/other\\")"; echo two > /data/file',
    ]),
  ).toBe('one\n2751 7 8')
  await stack.start(signal)
  await stack.stop(1, signal)
  console.log(await timed(stack.fork('a', signal)))
  expect(await said(stack, 'app', ['sh', '-c', 'cat /data/file; ls /data'])).toBe('one\nfile\nfolder')
  console.log(await timed(stack.checkpoint('b', signal)), await timed(stack.fork('b', signal)))
  expect(await said(stack, 'app', ['sh', '-c', 'cat /data/file; ls /data'])).toBe('one\nfile\nfolder')
  await timed(stack.fresh(signal))
  expect(await said(stack, 'app', ['ls', '/data'])).toBe('')
  console.log(times)
  expect(await sweep()).toEqual([])
})
