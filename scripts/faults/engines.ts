import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { both, type Fault } from './fault.ts'
import { notes, patient } from './notes.ts'
import { phases, striking } from './phases.ts'
import type { Scene } from './scene.ts'

/** A long way to an engine: it may be cut, or nothing may come back on it. */
interface Line {
  readonly socket: string
  cut(): void
  hang(): void
}

const engineSocket = '/var/run/docker.sock'

async function lineTo(scene: Scene): Promise<Line> {
  const socket = join(scene.outside, 'engine.sock')
  const sockets = new Set<Socket>()
  let isHanging = false
  const server: Server = createServer({ allowHalfOpen: true }, (from) => {
    sockets.add(from.on('error', () => undefined))
    if (isHanging) return
    const to = connect({ path: engineSocket, allowHalfOpen: true })
    sockets.add(to.on('error', () => undefined))
    from.pipe(to).pipe(from)
  })
  await new Promise<void>((done) => server.listen(socket, done))
  const cut = () => {
    server.close()
    for (const one of sockets) one.destroy()
  }
  scene.atEnd(cut)
  const hang = () => {
    isHanging = true
    for (const one of sockets) one.unpipe().pause()
  }
  return { socket, cut, hang }
}

const lost = { verdict: 'inconclusive', code: 'ENGINE_LOST', says: /the Docker engine does not answer/ } as const

/** What a run can't remove without an engine is removed once there is one again. */
async function sweep(scene: Scene, runId: string, reach = {}): Promise<void> {
  const { exitCode, output } = await scene.command(['clean', '--run', runId], reach)
  scene.expect(exitCode === 0, `clean ended with ${exitCode}: ${output}`)
}

export const engineFaults: readonly Fault[] = [
  {
    number: 1,
    title: 'no engine',
    promise: lost,
    // How long it takes is a part of the promise.
    alone: true,
    apps: both,
    async inject(scene, { app }) {
      await scene.write(notes(app))
      const ran = await scene.rehearse({ env: { DOCKER_HOST: `unix://${join(scene.outside, 'none.sock')}` } })
      scene.expect(ran.ms < 5_000, `it took ${(ran.ms / 1000).toFixed(1)} s to say so`)
      return ran
    },
  },
  {
    number: 1,
    title: 'no docker on the PATH',
    promise: { ...lost, says: /on the PATH/ },
    alone: true,
    apps: both,
    async inject(scene, { app }) {
      await scene.write(notes(app))
      const ran = await scene.rehearse({ env: { PATH: scene.outside } })
      scene.expect(ran.ms < 5_000, `it took ${(ran.ms / 1000).toFixed(1)} s to say so`)
      return ran
    },
  },
  {
    number: 2,
    title: "the engine's connection is cut",
    promise: lost,
    phases,
    apps: both,
    async inject(scene, choice) {
      const line = await lineTo(scene)
      await scene.write(notes(choice.app, patient))
      const blow = striking(choice, () => line.cut())
      const env = { DOCKER_HOST: `unix://${line.socket}` }
      const ran = await scene.rehearseUntilKilled({ env, onOutput: blow.onOutput })
      scene.expect(blow.struckAt() !== undefined, 'it was not cut')
      const runId = ran.verdict?.runId ?? ''
      scene.expect(ran.output.includes(`clean --run ${runId}`), 'nothing says how to clean up')
      await sweep(scene, runId)
      await scene.expectNothingLeft(ran)
      return ran
    },
  },
  {
    number: 2,
    title: 'the engine is killed',
    promise: lost,
    alone: true,
    phases: ['the restore', 'the upgrade', "the target's checks"],
    apps: ['sqlite'],
    async inject(scene, choice) {
      const island = await scene.shared.island()
      await scene.write(notes(choice.app, patient))
      let killing: Promise<void> | undefined
      const blow = striking(choice, () => (killing = island.kill()))
      const ran = await scene.rehearseUntilKilled({ reach: island.reach, onOutput: blow.onOutput })
      scene.expect(killing !== undefined, 'it was not killed')
      await killing
      await island.start()
      await sweep(scene, ran.verdict?.runId ?? '', { reach: island.reach })
      await scene.expectNothingLeft(ran, island.reach)
      return ran
    },
  },
  {
    number: 3,
    title: 'the engine accepts and never answers',
    promise: { ...lost, says: /did not answer within 5 s/ },
    apps: both,
    async inject(scene, { app }) {
      const line = await lineTo(scene)
      line.hang()
      await scene.write(notes(app))
      const ran = await scene.rehearse({ env: { DOCKER_HOST: `unix://${line.socket}` } })
      scene.expect(ran.ms < 15_000, `it took ${(ran.ms / 1000).toFixed(1)} s to say so`)
      return ran
    },
  },
  {
    number: 3,
    title: 'the engine stops answering',
    promise: lost,
    alone: true,
    chosenOnly: true,
    phases: ['the upgrade'],
    apps: ['sqlite'],
    async inject(scene, choice) {
      const island = await scene.shared.island()
      await scene.write(notes(choice.app, patient))
      const blow = striking(choice, () => island.freeze())
      try {
        const ran = await scene.rehearseUntilKilled({ reach: island.reach, onOutput: blow.onOutput })
        scene.expect(blow.struckAt() !== undefined, 'it was not frozen')
        island.thaw()
        await sweep(scene, ran.verdict?.runId ?? '', { reach: island.reach })
        await scene.expectNothingLeft(ran, island.reach)
        return ran
      } finally {
        island.thaw()
      }
    },
  },
]
