import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import { junit } from '../../src/reports/junit.ts'
import { goodRun, makePlan, observe } from '../verdict/rehearsal.ts'
import { cancelled, crashed, inputOf, passed, regressed, unready } from './sample.ts'

interface Read {
  readonly '@classname': string
  readonly '@name': string
  readonly '@time': string
  readonly failure?: { readonly '@message': string; readonly '#text': string }
  readonly error?: unknown
  readonly skipped?: unknown
}

function read(content: string) {
  expect(XMLValidator.validate(content)).toBe(true)
  const always = ['testsuite', 'testcase', 'property']
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseAttributeValue: false,
    isArray: (name) => always.includes(name),
  })
  const suites = parser.parse(content).testsuites.testsuite as Record<string, unknown>[]
  return suites.map((suite) => ({
    ...suite,
    name: suite['@name'],
    cases: (suite.testcase ?? []) as Read[],
  })) as (Record<string, unknown> & {
    readonly name: string
    readonly cases: readonly Read[]
  })[]
}

const samples = { passed, regressed, crashed, unready, cancelled }

describe.each(Object.entries(samples))('the report of a run that was %s', (name, make) => {
  const { content, path } = junit(make())

  test('is as it was', async () => {
    expect(path).toBe('junit.xml')
    await expect(content).toMatchFileSnapshot(`golden/${name}.junit.xml`)
  })

  test('is flat, with unique names, one outcome per case, right counts and fixed-point times', () => {
    const suites = read(content)
    const names = suites.flatMap((suite) => suite.cases.map((one) => `${one['@classname']} ${one['@name']}`))
    expect(new Set(names).size).toBe(names.length)
    for (const suite of suites) {
      expect(suite['@timestamp']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      expect(suite.testsuite).toBeUndefined()
      expect(Number(suite['@tests'])).toBe(suite.cases.length)
      expect(Number(suite['@failures'])).toBe(suite.cases.filter((one) => one.failure !== undefined).length)
      for (const one of suite.cases) {
        expect(one['@time']).toMatch(/^\d+\.\d{3}$/)
        expect(
          [one.failure, one.error, one.skipped].filter((outcome) => outcome !== undefined).length,
        ).toBeLessThanOrEqual(1)
      }
    }
  })
})

test('phases, kinds and hops name the suites and classes', () => {
  const suites = read(junit(passed()).content)
  expect(suites.map((suite) => suite.name)).toEqual([
    'rehearsal',
    'baseline',
    'hop 1: 1.0.0 to 1.5.0',
    'hop 2: 1.5.0 to 2.0.0',
    'target',
  ])
  expect(suites[1]?.cases.map((one) => one['@classname'])).toEqual(['baseline.http', 'baseline.exec'])
  expect(suites[4]?.cases.map((one) => one['@classname'])).toEqual(['target.http', 'target.exec'])
  expect(JSON.stringify(suites[4])).toContain('sha256:digest-2.0.0')
})

test("a regression is a failure and tells versions and digests; the user's own cases are there", () => {
  const target = read(junit(regressed()).content).at(-1)
  const [red] = target?.cases ?? []
  expect(red?.failure?.['@message']).toContain('expected status 200, got status 500')
  expect(red?.failure?.['#text']).toContain('to: 2.0.0 (web sha256:digest-2.0.0')
  expect(target?.cases.map((one) => [one['@classname'], one['@name']]).slice(1, 5)).toEqual([
    ['target.suite.smoke', 'signs in'],
    ['target.suite.smoke', 'signs in (2)'],
    ['target.suite.unnamed', 'searches'],
    ['target.suite.smoke', 'mails'],
  ])
})

test('what the product did is a failure, what the rehearsal could not do an error, the rest skipped', () => {
  const hop = read(junit(crashed()).content)[2]
  expect(
    hop?.cases.map((one) => [one.failure, one.error, one.skipped].findIndex((outcome) => outcome !== undefined)),
  ).toEqual([-1, -1, -1, 0, 2])
  const rehearsal = read(junit(unready()).content)[0]
  expect(
    rehearsal?.cases.map((one) => [one.failure, one.error, one.skipped].findIndex((outcome) => outcome !== undefined)),
  ).toEqual([-1, 1, 2, 2, 2, 2, 2, 2, 1])
})

test('a case that was never green is no green report', () => {
  const verdict = read(junit(cancelled()).content)[0]?.cases.at(-1)
  expect(verdict?.['@name']).toBe('verdict')
  expect(verdict?.error).toBeDefined()
})

test('output is capped at 64 KiB a case', () => {
  const plan = makePlan()
  const log = Array.from({ length: 5_000 }, () => 'x]]>é'.repeat(20))
  const { content } = junit(
    inputOf(plan, observe(goodRun(plan), 'target.check.1', { outcome: 'failed', actual: 'x', log })),
  )
  const text = read(content).at(-1)?.cases[0]?.failure?.['#text'] ?? ''
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(64 * 1024)
  expect(Buffer.byteLength(text)).toBeGreaterThan(63 * 1024)
})
