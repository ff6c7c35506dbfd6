import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { z } from 'zod'
import { checks, measuring } from '../../src/checks/index.ts'
import { configSchema } from '../../src/config/schema.ts'
import { dataKinds } from '../../src/data/index.ts'
import { fixtures } from '../../src/fixtures/index.ts'
import { pins } from '../../src/pins/index.ts'
import { rollbacks } from '../../src/rollbacks/index.ts'
import { stepKinds, strategies } from '../../src/strategies/index.ts'
import { tagSources } from '../../src/tags/index.ts'
import { root } from '../root.ts'
import { describe, families, inputShape, type Shape } from './describe.ts'
import { meanings } from './meanings.ts'
import { optionRows, optionTable, table } from './tables.ts'

interface Kind {
  readonly name: string
  readonly summary: string
  readonly example: string
  readonly schema: z.ZodType
}

interface ActionFile {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default?: string }>>
  readonly outputs: Readonly<Record<string, { readonly description: string }>>
}

/** Everything in the README that is derived from the sources, by name. */
export async function readmeSections(): Promise<Map<string, string>> {
  const action = parse(await readFile(join(root, 'action.yml'), 'utf8')) as ActionFile
  const inputs = Object.entries(action.inputs).map(([name, input]) => [
    `\`${name}\``,
    input.description,
    input.default ? `\`${input.default}\`` : '',
  ])
  const outputs = Object.entries(action.outputs).map(([name, output]) => [`\`${name}\``, output.description])
  return new Map([
    ['inputs', table(['Input', 'Meaning', 'Default'], inputs)],
    ['outputs', table(['Output', 'Meaning'], outputs)],
    ['kinds', kinds()],
  ])
}

/** The same for the reference. */
export function referenceSections(): Map<string, string> {
  return new Map([
    ['configuration', configuration()],
    ['pins', family(pins as readonly Kind[])],
    ['releases', family(tagSources as readonly Kind[])],
    ['fixtures', family(fixtures as readonly Kind[])],
    ['checks', family(checks as readonly Kind[])],
    ['strategies', strategies.map(strategySection).join('\n\n')],
    ['steps', stepTable()],
    ['data', family(dataKinds as readonly Kind[])],
    ['invariants', invariantTable()],
    ['rollbacks', family(rollbacks as readonly Kind[])],
  ])
}

/** Checks that give a value: what it is, and the options that they have beside their rule. */
function invariantTable(): string {
  const rows = measuring.map(({ name, measure }) => {
    const keys = optionRows(inputShape(measure.schema)).map(({ key }) => key)
    const own = keys.filter((key) => !['name', 'eventually', 'rule'].includes(key))
    return [`\`${name}\``, measure.summary, own.map((key) => `\`${key}\``).join(', '), `\`${measure.example}\``]
  })
  return table(['Check', 'Its value', 'Options', 'Example'], rows)
}

function kinds(): string {
  const rows = Object.entries({
    pins,
    releases: tagSources,
    strategies,
    fixtures,
    checks,
    data: dataKinds,
    rollbacks,
  }).map(([name, list]) => {
    return [`[${name}](REFERENCE.md#${name})`, list.map((kind) => `\`${kind.name}\``).join(', ')]
  })
  return table(['Family', 'Kinds'], rows)
}

/** The keys of the configuration down to the kinds, which have a section of their own. */
function configuration(): string {
  const families = new Map([
    [namesOf(pins), '[pin](#pins)'],
    [namesOf(tagSources), '[source of releases](#releases)'],
    [namesOf(fixtures), '[fixture](#fixtures)'],
    [namesOf(checks), '[check](#checks)'],
    [namesOf([...dataKinds, ...measuring]), '[store](#data) or [invariant](#invariants)'],
    [namesOf(rollbacks), '[rollback](#rollbacks)'],
  ])
  const link = (shape: Shape): string | undefined => {
    const names = shape.anyOf
      // What may stand beside a kind's own key is told in its section.
      ?.flatMap((one) => Object.keys(one.properties ?? {}).filter((key) => key !== 'allow'))
      .sort()
      .join()
    return families.get(names ?? '')
  }
  const ofKinds = (shape: Shape) =>
    (shape.oneOf ? '[strategy](#strategies)' : undefined) ??
    link(shape) ??
    (shape.items && link(shape.items)) ??
    shape.anyOf?.map(link).find(Boolean)
  const rows = optionRows(
    inputShape(configSchema),
    (_, inner) => !ofKinds(inner) && (inner.anyOf ?? [inner]).some((one) => one.properties),
  )
  const known = new Set(rows.map(({ key }) => key))
  const wrong = [
    ...rows.filter(({ key }) => !meanings[key]).map(({ key }) => key),
    ...Object.keys(meanings).filter((key) => !known.has(key)),
  ]
  if (wrong.length > 0) throw new Error(`meanings.ts and the configuration differ: ${wrong.join(', ')}`)
  return optionTable(
    rows.map((plain) => {
      const row = { ...plain, meaning: meanings[plain.key] ?? '' }
      const inner = find(inputShape(configSchema), row.key.split('.'))
      const kind = inner && ofKinds(inner)
      if (inner?.oneOf) return { ...row, value: String(kind) }
      if (!kind) return row
      return { ...row, value: link(inner) ? kind : inner.anyOf ? `${kind} or a list` : `list of ${kind}s` }
    }),
  )
}

function find(shape: Shape, [first, ...rest]: readonly string[]): Shape | undefined {
  if (first === undefined) return shape
  const inner = (shape.anyOf ?? [shape]).map((one) => one.properties?.[first]).find(Boolean)
  return inner && find(inner, rest)
}

function namesOf(kinds: readonly { readonly name: string }[]): string {
  return kinds
    .map(({ name }) => name)
    .sort()
    .join()
}

function family(kinds: readonly Kind[]): string {
  return kinds.map(section).join('\n\n')
}

families.set(namesOf(stepKinds), '[steps](#steps)')
families.set(namesOf(checks), '[checks](#checks)')
families.set(namesOf(fixtures), '[fixtures](#fixtures)')

function strategySection({ name, summary, example, schema }: Kind): string {
  const lines = ['```yaml', 'upgrade:', ...example.split('\n').map((line) => `  ${line}`), '```']
  const rows = optionRows(inputShape(schema), (key) => key === 'migrate')
  const options = rows.length > 0 ? [optionTable(rows)] : []
  return [`### \`${name}\``, summary, lines.join('\n'), ...options].join('\n\n')
}

function stepTable(): string {
  const rows = stepKinds.map(({ name, summary, schema }) => {
    const shape = inputShape(schema as z.ZodType)
    const keys = shape.properties
      ? Object.keys(shape.properties)
          .map((key) => `\`${key}\``)
          .join(', ')
      : describe(shape)
    return [`\`${name}\``, name === 'restore' ? 'a [fixture](#fixtures)' : keys, summary]
  })
  return table(['Step', 'Value', 'What it does'], rows)
}

function section({ name, summary, example, schema }: Kind): string {
  const shape = inputShape(schema)
  const options =
    shape.properties || shape.anyOf?.some((one) => one.properties)
      ? optionTable(optionRows(shape))
      : `Its value: ${describe(shape)}.`
  const entry = example.split('\n').map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`))
  return [`### \`${name}\``, summary, ['```yaml', ...entry, '```'].join('\n'), options].join('\n\n')
}
