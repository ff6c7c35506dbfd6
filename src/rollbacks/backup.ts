import { z } from 'zod'
import { didYouMean, object, oneKindOf, text } from '../fields/index.ts'
import { fixtures } from '../fixtures/index.ts'
import { urlOf } from '../http/asked.ts'
import type { Expectation } from '../plan/plan.ts'
import { namedIn } from '../strategies/named.ts'
import { fixtureServices } from '../strategies/step-kinds.ts'
import type { Entry, Named, StrategyStep } from '../strategies/strategy.ts'
import { byApi, byCommand, type Export } from '../strategies/transfer.ts'
import { defineRollback, forkOf, type WayInput, wayFields } from './rollback.ts'

const plainName = /^[\w][\w.-]*$/
const save = text.regex(plainName, 'write a plain file name')
const made = z.union([object({ exec: byCommand.extend({ save }) }), object({ api: byApi.extend({ save }) })], {
  error: ({ input }) =>
    typeof input === 'object' && input !== null && ('exec' in input || 'api' in input)
      ? undefined
      : 'write { exec: … } for a command of the application or { api: … } for its API',
})
const schema = object({
  ...wayFields,
  make: z.array(made).min(1, 'name what makes the backup'),
  restore: z.array(oneKindOf('fixture', fixtures)).min(1, 'name what restores it'),
}).superRefine((way, context) => {
  for (const { path, message } of faultsOf(way)) context.addIssue({ code: 'custom', message, path: [...path] })
})
type Options = {
  readonly name?: string | undefined
  readonly expect: Expectation
  readonly make: readonly z.output<typeof made>[]
  readonly restore: readonly Entry[]
}

/** A backup by the system's own commands, made and restored in this rehearsal. */
export const backup = defineRollback<Options>({
  name: 'backup',
  summary:
    "Makes a backup of the running old release with the system's own commands (`make`: `exec` or `api`, each saved under a name), and restores it into new, empty volumes with fixtures of any kind, which name it `{backup}/NAME`. The smoke suite must pass, and no table may have fewer rows than before the upgrade. Host folders that no fixture fills begin as they are.",
  example: `backup:
  make:
    - exec: { service: db, run: "pg_dump --format=custom -U app app", save: app.dump }
  restore:
    - postgres: { service: db, dump: "{backup}/app.dump" }
  expect: works`,
  schema,
  named: ({ make, restore }): Named => ({
    sourceServices: [
      ...make.flatMap((one, index) =>
        'exec' in one ? [{ service: one.exec.service, at: ['make', index, 'exec', 'service'] }] : [],
      ),
      ...restore.flatMap((one, index) => namedIn(one.options, fixtureServices(one), ['restore', index, one.kind])),
    ],
    urls: make.flatMap((one) =>
      'api' in one
        ? [one.api.start, one.api.poll, one.api.download].flatMap((asked) => (asked ? [urlOf(asked)] : []))
        : [],
    ),
    fixtures: restore,
  }),
  needs: ['baseline'],
  ways: ({ name = 'backup', expect }) => [
    {
      id: name,
      title: "the old image on a backup by the system's own commands",
      expect,
      writes: 'lost',
      finds: 'rows',
    },
  ],
  parts(input, { name = 'backup', make, restore }) {
    const { version, release } = input.source
    return [
      // A source that does not start again on its own data says nothing about a backup.
      {
        key: `${name}.before`,
        after: 'baseline',
        title: `way back "${name}": ${version} on the baseline`,
        steps: [
          forkOf('baseline', 'of the baseline'),
          { do: 'create', release, title: `create ${version}` },
          { do: 'start', title: `start ${version}` },
          ...input.arrival(release),
        ],
      },
      {
        key: `${name}.make`,
        after: `${name}.before`,
        way: name,
        title: `way back "${name}": a backup of ${version}`,
        steps: make.map(exported),
      },
      {
        key: name,
        after: `${name}.make`,
        way: name,
        title: `way back "${name}": the backup into new volumes`,
        steps: restored(input, restore),
      },
    ]
  },
})

/** What is saved twice would be there once, and what nobody saves could only be looked for. */
function faultsOf({ make, restore }: Pick<Options, 'make' | 'restore'>): readonly Fault[] {
  const saved = make.map((one) => ('exec' in one ? one.exec : one.api).save)
  const twice = make.flatMap((one, index): Fault[] => {
    const name = saved[index] as string
    if (saved.indexOf(name) === index) return []
    return [{ path: ['make', index, 'exec' in one ? 'exec' : 'api', 'save'], message: `"${name}" is saved already` }]
  })
  return [
    ...twice,
    ...restore.flatMap((entry, index): Fault[] => {
      const message = faultOf(entry, saved)
      return message === undefined ? [] : [{ path: ['restore', index, entry.kind], message }]
    }),
  ]
}

interface Fault {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

function faultOf({ kind, options }: Entry, saved: readonly string[]): string | undefined {
  const fixture = fixtures.find(({ name }) => name === kind)
  if (fixture?.when === 'settings') return `a fixture of kind ${kind} replaces settings; they are kept on the way back`
  const file = fixture?.file?.(options as never) ?? ''
  if (file.startsWith('{export}')) return 'write {backup}/NAME, with a name that "make" saves'
  const name = /^\{backup\}\/?(.*)$/.exec(file)?.[1]
  // Where "make" is at fault itself, that is told already.
  const isTold = saved.length === 0 || saved.some((one) => !plainName.test(one))
  return name === undefined || isTold || saved.includes(name)
    ? undefined
    : `nothing under "make" saves "${name}"${didYouMean(name, saved)}`
}

function exported(made: Options['make'][number]): StrategyStep {
  const { save, within, ...how } = 'exec' in made ? made.exec : made.api
  return {
    do: 'export',
    how: ('exec' in made ? { exec: how } : { api: how }) as Export,
    save,
    title: `back up to ${save}`,
    ...(within === undefined ? {} : { withinMs: within }),
  }
}

function restored(input: WayInput, fixtures: Options['restore']): StrategyStep[] {
  const { graceMs, firstFixture } = input
  return [
    { do: 'stop', graceMs, title: 'stop all services cleanly' },
    { do: 'fresh', fixtures: fixtures.map((_, index) => firstFixture + index), title: 'new volumes' },
    ...input.filled(fixtures, firstFixture),
    ...input.count('back'),
    ...input.smoke,
  ]
}
