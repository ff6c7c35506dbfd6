import { createServer } from 'node:net'
import { join } from 'node:path'
import { both, type Fault, rehearsing } from './fault.ts'
import { health, notes } from './notes.ts'
import { processesWith } from './process-list.ts'
import { openScene, type Scene } from './scene.ts'

/** Listens where production's stack publishes its port; on a machine where somebody does already, that one will do. */
async function takePort(scene: Scene, port: number): Promise<void> {
  const server = createServer()
  await new Promise<void>((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) => (cause.code === 'EADDRINUSE' ? done() : fail(cause)))
    server.listen(port, '0.0.0.0', done)
  })
  scene.atEnd(() => void server.close())
}

/** A name that only this fault's processes have in their environment. */
const stubborn = `trap '' TERM INT HUP
(trap '' TERM; exec sleep 600) &
setsid sh -c "trap '' TERM; sleep 600" &
sleep 600
`

/** An address that is nobody's, and this machine as the engine's own network has it. */
const egress = ['192.0.2.1', '172.17.0.1', '10.0.0.1']
  .map(
    (host) =>
      `\n  - http: { name: no way to ${host}, get: "/egress?host=${host}&port=80", json: { $.connected: false } }`,
  )
  .join('')
const attempt = `import socket; socket.create_connection(('192.0.2.1', 80), 2)`

export const hostFaults: readonly Fault[] = [
  {
    number: 36,
    title: "production's port is taken on this machine",
    promise: { verdict: 'compatible' },
    apps: ['postgres'],
    async inject(scene, { app }) {
      await takePort(scene, 8000)
      await scene.write(notes(app))
      return await scene.rehearse()
    },
  },
  {
    number: 36,
    title: 'two runs at once, and one of them loses its data',
    promise: { verdict: 'compatible' },
    apps: both,
    async inject(scene, { app }) {
      const beside = await openScene(scene.shared)
      try {
        await scene.write(notes(app))
        await beside.write(notes(app, { to: '2.0-loses-data' }))
        const [ran, other] = await Promise.all([scene.rehearse(), beside.rehearse()])
        const code = other.verdict?.reasons[0]?.code
        scene.expect(code === 'SMOKE_REGRESSION', `the run beside it ended with ${code ?? other.verdict?.verdict}`)
        scene.complaints.push(...beside.complaints)
        return ran
      } finally {
        await beside.end()
      }
    },
  },
  {
    number: 37,
    title: 'a smoke suite that ignores SIGTERM and forks',
    promise: { verdict: 'inconclusive', code: 'BASELINE_RED', says: /its deadline passed; it was ended/ },
    apps: both,
    async inject(scene, { app }) {
      const mark = join(scene.outside, 'stubborn')
      await scene.write({
        ...notes(app, { smoke: `\n  - suite: { run: "MARK=${mark} bash stubborn.sh", within: 2s }` }),
        'stubborn.sh': stubborn,
      })
      const ran = await scene.rehearse()
      const left = await processesWith(`MARK=${mark}`)
      scene.expect(left.length === 0, `the suite left ${left.join(', ')}`)
      return ran
    },
  },
  {
    number: 38,
    title: 'an attempt to reach the internet, and this machine, is blocked',
    promise: { verdict: 'compatible' },
    apps: both,
    inject: rehearsing((app) => notes(app, { smoke: egress })),
  },
  {
    number: 38,
    title: 'the attempt is reported',
    promise: { verdict: 'compatible-with-warnings', says: /192\.0\.2\.1/ },
    pending: 'a report of what was tried to reach',
    apps: ['sqlite'],
    inject: rehearsing((app) =>
      notes(app, {
        smoke: `${health}\n  - exec: { service: app, run: [sh, -c, ${JSON.stringify(`python3 -c "${attempt}" || true`)}] }`,
      }),
    ),
  },
]
