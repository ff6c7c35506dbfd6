import { join } from 'node:path'
import { XMLParser } from 'fast-xml-parser'
import { describe, expect, test } from 'vitest'
import type { Problem } from '../../src/errors.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { createActionsLog, failureScreen, successScreen } from '../../src/reports/index.ts'
import { junit } from '../../src/reports/junit.ts'
import { summary } from '../../src/reports/summary.ts'
import type { Entry } from '../../src/run/journal.ts'
import { checks, lived, planWith, stepOf } from '../verdict/ways.ts'
import { inputOf } from './sample.ts'

const crashed: Problem = { code: 'CRASHED', message: 'web exited with code 3', where: 'web', log: ['fatal: no column'] }

interface Case {
  readonly classname: string
  readonly name: string
  readonly failure?: unknown
  readonly error?: unknown
  readonly skipped?: unknown
  readonly 'system-out'?: string
}

function suite(plan: Plan, entries: readonly Entry[], name: string) {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    isArray: (tag) => /^test(suite|case)$/.test(tag),
  })
  const { testsuites } = parser.parse(junit(inputOf(plan, entries)).content)
  const found = testsuites.testsuite.find((one: { name: string }) => one.name === name)
  const cases = (found?.testcase ?? []) as Case[]
  const red = cases.filter((one) => 'failure' in one || 'error' in one).map((one) => one.name)
  return { found, cases, red, last: cases.at(-1) as Case }
}

describe('JUnit has a suite for each way back', () => {
  test('with its claim and its outcome', async () => {
    const plan = await planWith('image: { expect: fails }\nrestore: {}')
    const entries = lived(plan, { fails: { [stepOf(plan, 'image', 'ready')]: crashed } })
    const { found, last } = suite(plan, entries, 'rollback image')
    expect(found.properties.property).toEqual([
      { name: 'expect', value: 'fails' },
      { name: 'outcome', value: 'fails' },
    ])
    expect(last).toMatchObject({ classname: 'rollback.image', name: 'as documented' })
    expect(suite(plan, entries, 'rollback restore').red).toEqual([])
  })

  test.each(['fails', 'observe'])(
    'where it is said to be "%s", what fails is no red case, and is still told',
    async (expects) => {
      const plan = await planWith(`image: { expect: ${expects} }`)
      const seen = { outcome: 'failed', actual: 'status 500' } as const
      const entries = lived(plan, {
        sees: {
          [stepOf(plan, 'image', checks.reads)]: seen,
          [stepOf(plan, 'image', checks.writes)]: { outcome: 'error' },
        },
      })
      const { cases, red } = suite(plan, entries, 'rollback image')
      expect(red).toEqual([])
      const own = cases.find(({ name }) => name === 'it reads')
      expect(own).toHaveProperty('skipped')
      expect(own?.['system-out']).toContain('seen, and no failure: got status 500')
    },
  )

  test('where it is said to work, each failure is one, and so is the claim', async () => {
    const plan = await planWith('image: { expect: works }')
    const seen = { outcome: 'failed', actual: 'status 500' } as const
    const { red, last } = suite(
      plan,
      lived(plan, { sees: { [stepOf(plan, 'image', checks.reads)]: seen } }),
      'rollback image',
    )
    expect(red).toEqual(['it reads', 'as documented'])
    expect(last.failure).toMatchObject({ type: 'ROLLBACK_FAILED' })
  })

  test('an upgrade that is made to fail is no failure, though the way back is said to work', async () => {
    const plan = await planWith('automatic: { break: { web: { command: [x] } }, expect: works }')
    const { cases, red } = suite(plan, lived(plan), 'rollback automatic')
    expect(red).toEqual([])
    const stages = new Set(cases.map(({ name }) => name.split('.')[0]))
    // All that leads up to it is there too.
    expect(stages.size).toBeGreaterThan(3)
  })

  test('a kill that hit nothing is an error of the rehearsal', async () => {
    const plan = await planWith('interrupted: { service: web, again: works }')
    const late = { code: 'NOT_BROKEN', message: 'web had ended by itself' } as const
    const entries = lived(plan, { fails: { [stepOf(plan, 'interrupted.kill', 'interrupt')]: late } })
    const { red, last } = suite(plan, entries, 'rollback interrupted.again')
    expect(red).toEqual(['as documented'])
    expect(last.error).toMatchObject({ type: 'NOT_BROKEN' })
  })

  test('one that was not tried is skipped', async () => {
    const plan = await planWith('image: {}')
    const { red, last } = suite(plan, lived(plan, { cancelledIn: stepOf(plan, 'upgraded', 'stop') }), 'rollback image')
    expect(red).toEqual([])
    expect(last).toHaveProperty('skipped')
  })
})

const many = `image: { expect: fails }
restore: { expect: works }
backup: { make: [ { exec: { service: db, run: d, save: a } } ], restore: [ { postgres: { service: db, dump: "{backup}/a" } } ], expect: works }
automatic: { break: { web: { command: [x] } } }
interrupted: { service: web, times: 3 }`

async function tried() {
  const plan = await planWith(many)
  const entries = lived(plan, {
    fails: { [stepOf(plan, 'image', 'ready')]: crashed, [stepOf(plan, 'interrupted.2.image', 'ready')]: crashed },
    sees: { [stepOf(plan, 'backup', checks.writes)]: { outcome: 'failed', actual: 'status 500 | <b>' } },
  })
  return { plan, entries, input: inputOf(plan, entries) }
}

describe('for people', () => {
  test('the summary has a table of the ways and what was written', async () => {
    const { input } = await tried()
    const { content } = summary(input)
    const section = content.slice(content.indexOf('## Way back'), content.indexOf('## Hops'))
    await expect(section).toMatchFileSnapshot(join(import.meta.dirname, 'golden/ways-back.summary.md'))
  })

  test('the last screen has the axis and the sentence', async () => {
    const { input } = await tried()
    const lines = failureScreen({ ...input, reportDir: 'upgrade-report' })
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(import.meta.dirname, 'golden/ways-back.screen.txt'))
    expect(lines.length).toBeLessThanOrEqual(30)
  })

  test('a pass says in one line how to go back', async () => {
    const plan = await planWith('image: {}\nrestore: {}')
    expect(successScreen({ ...inputOf(plan, lived(plan)), reportDir: 'upgrade-report' })[2]).toBe(
      '  way back  image works, restore works. After this upgrade the old image works on the migrated data, and keeps the 3 rows written since the upgrade. The old image on the state before the upgrade works, and loses the 3 rows written since the upgrade.',
    )
  })

  test('what was not rehearsed is said to be so', async () => {
    const plan = await planWith('image: {}')
    const input = inputOf(plan, lived(plan, { cancelledIn: stepOf(plan, 'upgraded', 'stop') }))
    expect(failureScreen({ ...input, reportDir: 'x' })).toContain('  way back  not rehearsed')
    expect(summary(input).content).toContain('| image | not-run |')
  })

  test('live, only a way that is said to work raises an alarm when it fails', async () => {
    const { plan, entries } = await tried()
    const lines: string[] = []
    const log = createActionsLog({ plan, print: (line) => lines.push(line), token: 'x' })
    for (const entry of entries) log.onEntry(entry)
    const text = lines.join('\n')
    expect(text).toContain('way back "image": 1.0.0 on the migrated data')
    expect(text).toContain('| fatal: no column')
    expect(lines.filter((line) => line.startsWith('::error'))).toEqual([
      '::error title=rollback backup · it writes::got status 500 | <b>',
    ])
  })
})
