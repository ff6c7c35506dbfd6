import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { both, type Fault, rehearsing } from './fault.ts'
import { health, notes } from './notes.ts'

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
