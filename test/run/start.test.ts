import { expect, test } from 'vitest'
import type { ContainerState } from '../../src/run/journal.ts'
import { startWatched } from '../../src/run/start.ts'
import { watchStart } from '../../src/run/watch.ts'
import type { Stack } from '../../src/stack/stack.ts'

const state = (container: string, changes: Partial<ContainerState>): ContainerState => ({
  service: 'web',
  container,
  status: 'running',
  outOfMemory: false,
  restarts: 0,
  startedAt: '2026-01-02T03:04:05Z',
  image: 'sha256:web',
  ...changes,
})

/** What a stack with these containers looks like while one start goes on; the last look is for ever. */
async function started(...looks: ContainerState[][]): Promise<void> {
  const left = [...looks]
  const stack = { containers: async () => (left.length > 1 ? left.shift() : left[0]) ?? [] } as unknown as Stack
  const seen = Promise.withResolvers<void>()
  const timer = setInterval(() => left.length === 1 && seen.resolve(), 5)
  await startWatched(stack, watchStart(), () => seen.promise, new AbortController().signal).finally(() => {
    clearInterval(timer)
  })
}

test.each(['exited', 'dead', 'removing'])(
  'what crashed before and is %s now is no crash of this start',
  async (status) => {
    const crashed = state('ur-web-1', { status: 'exited', exitCode: 1, restarts: 9 })
    const removed = state('f00_ur-web-1', { status, restarts: 9, ...(status === 'removing' ? {} : { exitCode: 1 }) })
    await started([crashed], [removed], [state('ur-web-1', { startedAt: '2026-01-02T03:05:00Z' })])
  },
)

test('one that crashes in this start is', async () => {
  const crashed = state('ur-web-1', { status: 'exited', exitCode: 1, startedAt: '2026-01-02T03:05:00Z' })
  await expect(started([], [crashed], [crashed])).rejects.toThrow('web exited with code 1')
})
