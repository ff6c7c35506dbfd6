import { describe, expect, test } from 'vitest'
import type { Way } from '../../src/plan/plan.ts'
import type { Written } from '../../src/verdict/rows.ts'
import type { RollbackOutcome } from '../../src/verdict/verdict.ts'
import { sentenceOf } from '../../src/verdict/way-sentence.ts'
import type { WayOutcome } from '../../src/verdict/ways-back.ts'
import { kindOf, way as parsed } from '../rollbacks/input.ts'

const examples: Readonly<Record<string, string>> = {
  image: 'image: {}',
  restore: 'restore: {}',
  backup:
    'backup: { make: [ { exec: { service: a, run: b, save: c } } ], restore: [ { volume: { name: d, archive: "{backup}/c" } } ] }',
  files: 'files: { move: { volume: a, from: b, to: c } }',
  command: 'command: { steps: [ { up: all } ] }',
  automatic: 'automatic: { break: { a: { command: [b] } } }',
  interrupted: 'interrupted: { service: a }',
}

const known = new Map<string, Promise<Way[]>>()

/** The ways of a kind, read once. */
function waysOf(kind: string): Promise<Way[]> {
  const found = known.get(kind) ?? read(kind)
  known.set(kind, found)
  return found
}

async function read(kind: string): Promise<Way[]> {
  const configured = await parsed(examples[kind] as string)
  return kindOf(configured)
    .ways(configured.options)
    .map((one) => ({ ...one, kind }))
}

/** How a way ended; `id` picks one of a kind that has several. */
async function ended(id: string, outcome: RollbackOutcome, changes: Partial<WayOutcome> = {}): Promise<WayOutcome> {
  const ways = await waysOf(id.split('.')[0] as string)
  const way = ways.find((one) => one.id === id) as Way
  const worked = outcome === 'works' ? 1 : 0
  return { way, outcome, why: '', tried: 1, worked, alike: 1, tries: [], wrote: true, ...changes }
}

const rows = (total: number, unit = 'rows'): Written => ({ stores: {}, total, unit })
const why = 'web exited with code 3'

async function said(
  given: readonly (readonly [string, RollbackOutcome, Partial<WayOutcome>?])[],
  written: Written | null = rows(3),
  failed = false,
): Promise<string> {
  const outcomes = await Promise.all(given.map(([id, outcome, changes]) => ended(id, outcome, changes)))
  return sentenceOf(outcomes, { failed, ...(written ? { written } : {}) })
}

describe('one sentence says which way back works and what it costs', () => {
  test.each<[string, Parameters<typeof said>, string]>([
    [
      'nothing was tried',
      [
        [
          ['image', 'not-run'],
          ['restore', 'not-run'],
        ],
      ],
      '',
    ],
    [
      'the old image works',
      [[['image', 'works', { lost: 0 }]]],
      'After this upgrade the old image works on the migrated data, and keeps the 3 rows written since the upgrade.',
    ],
    [
      'it works and loses some',
      [[['image', 'works', { lost: 1 }]]],
      'After this upgrade the old image works on the migrated data, and loses 1 of the 3 rows written since the upgrade.',
    ],
    [
      'nobody knows what it loses',
      [[['image', 'works']], null],
      'After this upgrade the old image works on the migrated data.',
    ],
    [
      'it fails, and the state before it works',
      [
        [
          ['image', 'fails', { why }],
          ['restore', 'works', { lost: 3 }],
        ],
      ],
      'After this upgrade the old image does not work on the migrated data; going back needs the data from before it, and loses the 3 rows written since the upgrade.',
    ],
    [
      'one row',
      [
        [
          ['image', 'fails', { why }],
          ['restore', 'works', { lost: 1 }],
        ],
        rows(1),
      ],
      'After this upgrade the old image does not work on the migrated data; going back needs the data from before it, and loses the 1 row written since the upgrade.',
    ],
    [
      'no row, here',
      [
        [
          ['image', 'fails', { why }],
          ['restore', 'works', { lost: 0 }],
        ],
        rows(0),
      ],
      'After this upgrade the old image does not work on the migrated data; going back needs the data from before it, and loses what was written since the upgrade (nothing, here).',
    ],
    [
      'nobody counted',
      [
        [
          ['image', 'fails', { why }],
          ['restore', 'works'],
        ],
        null,
      ],
      'After this upgrade the old image does not work on the migrated data; going back needs the data from before it, and loses what was written since the upgrade.',
    ],
    [
      'other things than rows',
      [[['restore', 'works', { lost: 1 }]], rows(1, 'objects')],
      'The old image on the state before the upgrade works, and loses the 1 object written since the upgrade.',
    ],
    [
      'different things together',
      [[['restore', 'works', { lost: 2 }]], rows(2, 'records')],
      'The old image on the state before the upgrade works, and loses the 2 records written since the upgrade.',
    ],
    [
      'it can only read, and the backup works',
      [
        [
          ['image', 'read-only', { why }],
          ['backup', 'works', { lost: 3 }],
        ],
      ],
      "After this upgrade the old image starts and reads the migrated data, but can't write; going back needs the backup, and loses the 3 rows written since the upgrade.",
    ],
    [
      'two ways that cost the same',
      [
        [
          ['image', 'fails', { why }],
          ['restore', 'works', { lost: 3 }],
          ['backup', 'works', { lost: 3 }],
        ],
      ],
      "After this upgrade the old image does not work on the migrated data; going back needs the data from before it, and loses the 3 rows written since the upgrade. The old image on a backup by the system's own commands works, and loses the same.",
    ],
    [
      'the state before works, and the backup does not',
      [
        [
          ['image', 'works', { lost: 0 }],
          ['restore', 'works', { lost: 3 }],
          ['backup', 'fails', { why: 'db is empty, before the upgrade it was not' }],
        ],
      ],
      "After this upgrade the old image works on the migrated data, and keeps the 3 rows written since the upgrade. The old image on the state before the upgrade works, and loses the 3 rows written since the upgrade. The old image on a backup by the system's own commands fails: db is empty, before the upgrade it was not.",
    ],
    [
      'nothing works',
      [
        [
          ['image', 'fails', { why }],
          ['restore', 'fails', { why }],
        ],
      ],
      'After this upgrade the old image does not work on the migrated data. The old image on the state before the upgrade fails: web exited with code 3.',
    ],
    [
      'the documented ways',
      [
        [
          ['files', 'works', { lost: 3 }],
          ['command', 'works', { lost: 0 }],
          ['automatic', 'works'],
        ],
      ],
      "The old image on the files that the upgrade kept works, and loses the 3 rows written since the upgrade. The system's own way back works, and keeps the 3 rows written since the upgrade. The old image after an upgrade that was made to fail works.",
    ],
    [
      'thirty kills',
      [
        [
          ['interrupted.again', 'works', { tried: 30, worked: 30, alike: 30 }],
          ['interrupted.image', 'fails', { tried: 30, worked: 28, alike: 2, why }],
        ],
      ],
      'The target started again after a kill in the migration works in all 30 tries. The old image after a kill in the migration fails in 2 of 30 tries: web exited with code 3.',
    ],
    [
      'the upgrade failed',
      [
        [
          ['image', 'works'],
          ['restore', 'works'],
        ],
        null,
        true,
      ],
      'After the failed upgrade the old image works on what it left. The old image on the state before the upgrade works.',
    ],
    [
      'the upgrade failed and left nothing to go on with',
      [
        [
          ['image', 'fails', { why }],
          ['restore', 'works'],
        ],
        null,
        true,
      ],
      'After the failed upgrade the old image does not work on what it left; going back needs the data from before it.',
    ],
    [
      'no check writes',
      [
        [
          ['image', 'works', { lost: 0, wrote: false }],
          ['restore', 'works', { lost: 0, wrote: false }],
        ],
        rows(0),
      ],
      'After this upgrade the old image works on the migrated data. The old image on the state before the upgrade works, and loses what was written since the upgrade (nothing, here). No check of the suite writes, so writing was not tried.',
    ],
  ])('%s', async (_, args, sentence) => {
    expect(await said(...args)).toBe(sentence)
  })

  test('a way with a name of its own is called by it', async () => {
    const one = await ended('command', 'fails', { why })
    const named = { ...one, way: { ...one.way, id: 'by-hand' } }
    expect(sentenceOf([named], { failed: false })).toBe(
      'The system\'s own way back ("by-hand") fails: web exited with code 3.',
    )
  })

  test('a long reason is cut, and no sentence ends twice', async () => {
    const long = await said([['restore', 'fails', { why: `${'word '.repeat(200)}end.` }]])
    expect(long.length).toBeLessThan(280)
    expect(await said([['restore', 'fails', { why: 'it says no.' }]])).toMatch(/fails: it says no\.$/)
    expect(await said([['restore', 'fails', { why: 'two\nlines' }]])).toMatch(/fails: two\.$/)
  })
})

test('in every combination it is whole sentences, with no word that is not meant for people', async () => {
  const ids = ['image', 'restore', 'backup', 'files', 'command', 'automatic', 'interrupted.again', 'interrupted.image']
  const outcomes = ['works', 'fails', 'read-only', 'not-run'] as const
  const counted = [null, rows(0), rows(1), rows(2)]
  for (const first of ids) {
    for (const second of ids) {
      for (const [one, other] of outcomes.flatMap((left) => outcomes.map((right) => [left, right] as const))) {
        for (const written of counted) {
          const why = 'it says no'
          const text = await said(
            [
              [first, one, { why, ...(written ? { lost: written.total } : {}) }],
              [second, other, { why, tried: 4, worked: 2, alike: 2 }],
            ],
            written,
          )
          expect(text, `${first} ${one}, ${second} ${other}`).not.toMatch(
            /undefined|NaN|\.\.|,,| {2}|[,;:]\.|not-run|read-only|: \./,
          )
          if (text === '') continue
          expect(text).toMatch(/^[A-Z].*[.]$/)
          expect(text.split(/(?<=\.) /).every((part) => /^[A-Z][^.]*\.$/.test(part))).toBe(true)
        }
      }
    }
  }
})
