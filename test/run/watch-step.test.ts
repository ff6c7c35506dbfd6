import { expect, test } from 'vitest'
import type { Stage } from '../../src/plan/plan.ts'
import type { ContainerState } from '../../src/run/journal.ts'
import type { Scene } from '../../src/run/scene.ts'
import { Watching } from '../../src/run/watch-step.ts'

const up: ContainerState = {
  service: 'web',
  container: 'x-web-1',
  status: 'running',
  outOfMemory: false,
  restarts: 0,
  image: 'sha256:web',
}
const step = { do: 'watch', forMs: 20, id: 'target.3.watch', title: 'all services stay up', withinMs: 1_000 } as const

/** A scene in which all was ready just now, and which is so by now. */
function sceneOf(now: ContainerState): Scene {
  const stack = { containers: async () => [now] }
  return {
    ready: { since: performance.now(), containers: [up] },
    stopped: new Set(),
    ports: { stack },
  } as unknown as Scene
}

async function watched(watching: Watching, phase: Stage['phase'], now: ContainerState, red = 0): Promise<string> {
  const stage: Stage = { phase, title: phase, order: 'in-order', steps: [step] }
  return await watching.on(sceneOf(now), step, { step, stage, signal: AbortSignal.timeout(5_000) }, red)
}

const dead: ContainerState = { ...up, status: 'exited', exitCode: 1 }

test('a target that stays up says for how long, and one that exits or restarts throws', async () => {
  expect(await watched(new Watching(), 'target', up)).toBe('nothing exited or restarted in 20 ms')
  await expect(watched(new Watching(), 'target', dead)).rejects.toMatchObject({ code: 'CRASHED' })
  await expect(watched(new Watching(), 'target', { ...up, restarts: 1 })).rejects.toMatchObject({ code: 'RESTARTED' })
})

test('the second upgrade is watched only where the first one came to harm', async () => {
  const watching = new Watching()
  expect(await watched(watching, 'target', up)).not.toContain('left out')
  expect(await watched(watching, 'confirm', dead)).toContain('left out')
  await expect(watched(watching, 'target', dead)).rejects.toThrow()
  await expect(watched(watching, 'confirm', dead)).rejects.toMatchObject({ code: 'CRASHED' })
})

// Another path may take the control over, and for that one it is the evidence that the source stays up.
test.each([
  ['nothing happened to the target', 0],
  ['a check of the target was red', 1],
])('the control is watched, also where %s', async (_, red) => {
  const watching = new Watching()
  await watched(watching, 'target', up, red)
  await expect(watched(watching, 'control', dead, red)).rejects.toMatchObject({ code: 'CRASHED' })
})
