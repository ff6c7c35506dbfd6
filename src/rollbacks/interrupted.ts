import { z } from 'zod'
import { object, service } from '../fields/index.ts'
import type { StrategyStep } from '../strategies/strategy.ts'
import { migratingStep, resumed } from './migrating.ts'
import {
  defineRollback,
  expect,
  forkOf,
  oldRelease,
  type Part,
  sourceFor,
  type WayInput,
  wayFields,
} from './rollback.ts'
import { seeded } from './seeded.ts'

const schema = object({
  ...wayFields,
  service,
  again: expect,
  seed: z.number().int().min(0).default(1),
  times: z.number().int().min(1).max(100).default(1),
})
type Options = z.output<typeof schema>

/** An upgrade that is killed while it migrates. */
export const interrupted = defineRollback<Options>({
  name: 'interrupted',
  summary:
    'Kills the container of `service` at a random moment of the migration (SIGKILL; the moment follows from `seed`), then tries twice, each from a fork of what that left: the target started `again`, and the old image. `times` kills that often, at other moments.',
  example: 'interrupted: { service: app, seed: 7, again: works, expect: observe }',
  schema,
  named: ({ service }) => ({ services: [{ service, at: ['service'] }] }),
  needs: ['before'],
  ways: ({ name = 'interrupted', expect, again }) => [
    {
      id: `${name}.again`,
      title: 'the target started again after a kill in the migration',
      expect: again,
      writes: 'none',
      finds: 'nothing',
    },
    {
      id: `${name}.image`,
      title: 'the old image after a kill in the migration',
      expect,
      writes: 'none',
      finds: 'nothing',
    },
  ],
  parts: (input, { name = 'interrupted', service, seed, times }) =>
    Array.from({ length: times }, (_, index) => index + 1).flatMap((turn) => {
      const key = times === 1 ? name : `${name}.${turn}`
      const parts = kill(input, { name, key, service, share: seeded(seed, turn) })
      return turn === 1 ? parts : parts.map((part): Part => ({ ...part, repeats: true }))
    }),
})

interface Kill {
  readonly name: string
  readonly key: string
  readonly service: string
  readonly share: number
}

function kill(input: WayInput, { name, key, service, share }: Kill): Part[] {
  const { before, target, graceMs, procedure } = input
  const at = migratingStep(input, service)
  const { title, withinMs, ...action } = procedure[at] as StrategyStep
  return [
    {
      key: `${key}.kill`,
      after: 'before',
      title: `way back "${key}": an upgrade that is killed at ${Math.round(share * 100)} % of the migration`,
      steps: [
        forkOf('before', 'before the upgrade'),
        ...sourceFor(input),
        ...procedure.slice(0, at),
        {
          do: 'interrupt',
          step: action,
          service,
          share,
          title: `${title}, and kill ${service} meanwhile`,
          ...(withinMs === undefined ? {} : { withinMs }),
        },
        { do: 'stop', graceMs, title: 'stop what still runs' },
        { do: 'checkpoint', name: `${key}.kill`, title: 'freeze what the kill left' },
      ],
    },
    {
      key: `${key}.again`,
      after: `${key}.kill`,
      way: `${name}.again`,
      title: `way back "${key}.again": ${target.version} started again on what the kill left`,
      steps: [
        forkOf(`${key}.kill`, 'of what the kill left'),
        { do: 'create', release: target.release, title: `create ${target.version}` },
        ...resumed(input, at),
        ...input.arrival(target.release),
        ...input.smoke,
      ],
    },
    {
      key: `${key}.image`,
      after: `${key}.kill`,
      way: `${name}.image`,
      title: `way back "${key}.image": ${before.version} on what the kill left`,
      steps: [forkOf(`${key}.kill`, 'of what the kill left'), ...oldRelease({ ...input, source: before })],
    },
  ]
}
