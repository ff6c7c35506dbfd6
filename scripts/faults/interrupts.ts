import { once } from 'node:events'
import { join } from 'node:path'
import { both, type Choice, type Fault } from './fault.ts'
import { notes, patient } from './notes.ts'
import { phases, striking } from './phases.ts'
import type { Scene } from './scene.ts'

const endsWithinMs = 7_000
const cancelled = { verdict: 'inconclusive', code: 'CANCELLED' } as const

async function interrupt(scene: Scene, choice: Choice, signal: NodeJS.Signals) {
  await scene.write(notes(choice.app, patient))
  const blow = striking(choice, (child) => child.kill(signal))
  let ended: Promise<number> | undefined
  const ran = await scene.rehearse({
    onOutput: (soFar, child) => {
      ended ??= once(child, 'close').then(() => performance.now())
      blow.onOutput(soFar, child)
    },
  })
  const took = ((await ended) ?? Number.NaN) - (blow.struckAt() ?? Number.NaN)
  scene.expect(took < endsWithinMs, `it ended ${(took / 1000).toFixed(1)} s after ${signal}`)
  return ran
}

/** Kills a rehearsal outright and has something else remove what it left. */
async function killed(scene: Scene, choice: Choice, sweep: (runId: string) => Promise<unknown>) {
  await scene.write(notes(choice.app, patient))
  const blow = striking(choice, (child) => child.kill('SIGKILL'))
  const ran = await scene.rehearseUntilKilled({ onOutput: blow.onOutput })
  scene.expect(blow.struckAt() !== undefined, 'it was not killed')
  await sweep(ran.verdict?.runId ?? '')
  await scene.expectNothingLeft(ran)
  return ran
}

export const interruptFaults: readonly Fault[] = [
  {
    number: 34,
    title: 'SIGINT',
    promise: { ...cancelled, exit: 130, says: /interrupt|SIGINT|cancel/i },
    // How long it takes is a part of the promise.
    alone: true,
    phases,
    apps: both,
    inject: (scene, choice) => interrupt(scene, choice, 'SIGINT'),
  },
  {
    number: 35,
    title: 'SIGTERM',
    promise: { ...cancelled, exit: 143 },
    alone: true,
    phases: ["the baseline's checks", 'the upgrade'],
    apps: both,
    inject: (scene, choice) => interrupt(scene, choice, 'SIGTERM'),
  },
  {
    number: 35,
    title: 'SIGKILL, swept by clean',
    promise: { ...cancelled, exit: 'killed' },
    phases: ['the restore', 'the checkpoint', 'the upgrade'],
    apps: both,
    inject: (scene, choice) =>
      killed(scene, choice, async (runId) => {
        // Of other dead runs on this machine it would take what is not ours.
        const { exitCode, output } = await scene.command(['clean', '--run', runId])
        scene.expect(exitCode === 0, `clean ended with ${exitCode}: ${output}`)
      }),
  },
  {
    number: 35,
    title: "SIGKILL, swept by the Action's post step",
    promise: { ...cancelled, exit: 'killed' },
    phases: ["the target's checks"],
    apps: both,
    inject: (scene, choice) =>
      killed(scene, choice, async (runId) => {
        const env = { 'STATE_run-id': runId, GITHUB_ACTIONS: 'true' }
        const { exitCode, output } = await scene.command([], { program: 'dist/post.cjs', env })
        scene.expect(exitCode === 0, `post ended with ${exitCode}: ${output}`)
      }),
  },
  {
    number: 35,
    title: 'SIGKILL, swept by the next run',
    promise: { ...cancelled, exit: 'killed' },
    pending: 'a run that sweeps what dead ones left',
    phases: ['the upgrade'],
    apps: both,
    async inject(scene, choice) {
      const ran = await killed(scene, choice, () => scene.command(['run', '--report-dir', join(scene.outside, 'next')]))
      // A pending fault leaves nothing behind either.
      await scene.command(['clean', '--run', ran.verdict?.runId ?? ''])
      return ran
    },
  },
]
