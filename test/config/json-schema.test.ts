import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { checks } from '../../src/checks/index.ts'
import { jsonSchema } from '../../src/config/index.ts'
import { fixtures } from '../../src/fixtures/index.ts'
import { pins } from '../../src/pins/index.ts'

const validate = new Ajv2020({ strict: false, allErrors: true }).compile(jsonSchema())
const root = join(import.meta.dirname, '../..')

function faults(yaml: string): unknown[] {
  validate(parse(yaml))
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

test.each(['upgrade-rehearsal.yml', 'broken-baseline.yml'])('takes examples/unleash/%s', async (name) => {
  expect(faults(await readFile(join(root, 'examples/unleash', name), 'utf8'))).toEqual([])
})

test.each(checks.map(({ name, example }) => [name, example]))('takes the example of check %s', (_, example) => {
  expect(faults(`stack: a.yml\nsmoke:\n  - ${example.replaceAll('\n', '\n    ')}\n`)).toEqual([])
})

test.each([
  ...fixtures.map(({ name, example }) => ['fixtures', name, example]),
  ...pins.map(({ name, example }) => ['pin', name, example]),
])('takes the example of %s %s', (part, _, example) => {
  expect(faults(`stack: a.yml\n${part}:\n  - ${example}\n`)).toEqual([])
})

test.each([
  ['an unknown key', 'stack: a.yml\nsmok: []\n'],
  ['an unknown kind', 'stack: a.yml\nsmoke: [htpp: { get: / }]\n'],
  ['no stack', 'name: a\n'],
  ['a duration as a number', 'stack: a.yml\nready: { within: 90 }\n'],
  ['a duration without unit', 'stack: a.yml\nready: { within: "90" }\n'],
  ['a version as a number', 'stack: a.yml\npath: { to: 2.0 }\n'],
  ['an unknown strategy', 'stack: a.yml\nupgrade: { strategy: x }\n'],
])('refuses %s, as the program does', (_, yaml) => {
  expect(faults(yaml)).not.toEqual([])
})
