import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ask, ownMachine } from './engine-command.ts'
import { both, type Choice, type Fault, rehearsing } from './fault.ts'
import { health, notes } from './notes.ts'
import { striking } from './phases.ts'
import type { Scene } from './scene.ts'

export const smokeFaults: readonly Fault[] = [
  {
    number: 20,
    title: 'the baseline is red',
    promise: { verdict: 'inconclusive', code: 'BASELINE_RED', says: /\$\.total/ },
    apps: both,
    // The target is broken too, and nobody may be told so.
    inject: rehearsing((app) =>
      notes(app, { to: '2.0-crash', smoke: '\n  - http: { get: /notes, json: { $.total: 11 } }' }),
    ),
  },
  {
    number: 20,
    title: 'the baseline crashes',
    promise: { verdict: 'inconclusive', code: 'BASELINE_RED' },
    apps: ['sqlite'],
    inject: rehearsing((app) => notes(app, { from: '1.0-crash', fixtures: ' []' })),
  },
  {
    number: 20,
    title: "the source's container is killed",
    promise: { verdict: 'inconclusive', code: 'BASELINE_RED' },
    phases: ["the baseline's checks"],
    apps: both,
    inject: (scene, choice) => killedContainer(scene, choice),
  },
  {
    number: 21,
    title: 'no assertion at all',
    promise: { verdict: 'inconclusive', code: 'NO_ASSERTIONS' },
    apps: both,
    inject: rehearsing((app) => notes(app, { smoke: ' []' })),
  },
  {
    number: 22,
    title: 'a smoke suite that fails on the target once',
    promise: { verdict: 'compatible-with-warnings', code: 'FLAKY_TARGET' },
    apps: both,
    async inject(scene, { app }) {
      const [script, mark] = ['flaky.sh', 'failed-once'].map((name) => join(scene.outside, name)) as [string, string]
      // Its memory is on this machine: no fork of a checkpoint takes it back.
      await writeFile(script, `[ "$REHEARSAL_PHASE" != target ] || [ -e ${mark} ] || { touch ${mark}; exit 1; }\n`)
      await chmod(script, 0o755)
      await scene.write(notes(app, { smoke: `${health}\n  - suite: { run: bash ${script} }` }))
      return await scene.rehearse()
    },
  },
]

/** From outside, and for good: an engine does not restart what somebody has killed. */
async function killedContainer(scene: Scene, choice: Choice) {
  await scene.write(notes(choice.app, { smoke: '\n  - http: { get: "/slow?ms=4000" }' }))
  const name = choice.app === 'sqlite' ? 'app' : 'web'
  let killing: Promise<unknown> | undefined
  const blow = striking(choice, () => {
    killing = kill(scene, name)
  })
  const ran = await scene.rehearse({ onOutput: blow.onOutput })
  await killing
  scene.expect(killing !== undefined, 'nothing was killed')
  return ran
}

async function kill(scene: Scene, service: string): Promise<void> {
  const run = await scene.runId()
  const filters = [`label=upgrade-rehearsal.run=${run}`, `label=upgrade-rehearsal.service=${service}`]
  const listed = await ask(ownMachine, 'ps', '--quiet', ...filters.flatMap((one) => ['--filter', one]))
  await ask(ownMachine, 'kill', ...listed.split('\n').filter(Boolean))
}
