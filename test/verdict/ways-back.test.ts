import { describe, expect, test } from 'vitest'
import type { Problem, ProblemCode } from '../../src/errors.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { ContainerState, Observation } from '../../src/run/journal.ts'
import { container } from './rehearsal.ts'
import { checks, lived, planWith, seenBy, stepOf, verdictOf, type World } from './ways.ts'

const red = (actual = 'status 500'): Observation => ({ outcome: 'failed', expected: 'status 200', actual })
const crashed: Problem = { code: 'CRASHED', message: 'web exited with code 3', where: 'web' }

async function seenIn(rollback: string, world: (step: (key: string, what: never) => string) => World = () => ({})) {
  const plan = await planWith(rollback)
  return seenBy(
    plan,
    lived(
      plan,
      world((key, what) => stepOf(plan, key, what)),
    ),
  )
}

/** Those that make the upgrade, without a second start. */
function upgradeSteps({ stages }: Plan) {
  return stages.flatMap(({ steps, secondStart }) => (secondStart ? [] : steps))
}

describe('the old image on the migrated data', () => {
  const image = (world: (step: (what: number | 'ready' | 'prove') => string) => World) =>
    seenIn('image: {}', (step) => world((what) => step('image', what as never)))

  test('that passes everything works', async () => {
    expect(await image(() => ({}))).toMatchObject({ image: 'works', restore: 'not-run', verdict: 'compatible' })
  })

  test('that does not get ready fails, with what it said', async () => {
    const plan = await planWith('image: {}')
    const verdict = verdictOf(plan, lived(plan, { fails: { [stepOf(plan, 'image', 'ready')]: crashed } }))
    expect(verdict.rollback.image).toBe('fails')
    expect(verdict.wayBack.ways[0]).toMatchObject({ why: 'web exited with code 3', tried: 1, worked: 0 })
    expect(verdict.verdict).toBe('compatible')
  })

  test('that is not what runs fails', async () => {
    const wrong = { code: 'WRONG_IMAGE', message: 'web does not run example/app:1.0.0', where: 'web' } as const
    expect(await image((step) => ({ fails: { [step('prove')]: wrong } }))).toMatchObject({ image: 'fails' })
  })

  test.each<[string, Partial<Record<keyof typeof checks, Observation>>, string]>([
    ['a read that fails', { reads: red() }, 'fails'],
    ['a write alone', { writes: red() }, 'read-only'],
    ['a write, and the error of it in the log', { writes: red(), log: red('ERROR') }, 'read-only'],
    [
      'a write, and what could not be asked without it',
      { writes: red(), unasked: { outcome: 'failed', unasked: true, detail: 'nothing was captured' } },
      'read-only',
    ],
    ['a write, and a read that could be asked', { writes: red(), unasked: red() }, 'fails'],
    ['an error in the log alone', { log: red('ERROR') }, 'fails'],
    ['all of them', { reads: red(), writes: red(), log: red() }, 'fails'],
    [
      'what could not be asked though the write passed',
      { unasked: { outcome: 'failed', unasked: true, detail: 'nothing was captured' } },
      'fails',
    ],
    ['a check that could not be made', { reads: { outcome: 'error', detail: 'no curl' } }, 'not-run'],
    [
      'a write that failed and a read that could not be made',
      { writes: red(), unasked: { outcome: 'error', detail: 'no curl' } },
      'not-run',
    ],
    [
      'a read that failed and another that could not be made',
      { reads: red(), unasked: { outcome: 'error', detail: 'no curl' } },
      'fails',
    ],
  ])('%s', async (_, seen, outcome) => {
    const sees = (step: (what: number) => string) =>
      Object.fromEntries(Object.entries(seen).map(([name, one]) => [step(checks[name as never]), one]))
    const got = await image((step) => ({ sees: sees(step) }))
    expect(got.image).toBe(outcome)
    // Nothing is claimed of it: only what could not be seen is a reason.
    expect(got.verdict).toBe(outcome === 'not-run' ? 'inconclusive INTERNAL' : 'compatible')
  })

  test('that dies after the checks fails, also where a check could not be made for that', async () => {
    const dead = [container('web', { status: 'exited', exitCode: 1 }), container('db')]
    expect(await image(() => ({ ends: { image: dead } }))).toMatchObject({ image: 'fails' })
    const unmade = { outcome: 'error', detail: 'web does not run' } as const
    const both = await image((step) => ({ ends: { image: dead }, sees: { [step(checks.log)]: unmade } }))
    expect(both).toMatchObject({ image: 'fails', verdict: 'compatible' })
    expect(both.said).not.toContain('?')
  })

  test('that crashes on a write and is started again fails, unless the baseline does so too', async () => {
    const restarted = [container('web', { restarts: 2 }), container('db')]
    const sees = (step: (what: number) => string) => ({ [step(checks.writes)]: red('no answer') })
    const plan = await planWith('image: {}')
    const only = verdictOf(
      plan,
      lived(plan, { ends: { image: restarted }, sees: sees((what) => stepOf(plan, 'image', what)) }),
    )
    expect(only.rollback.image).toBe('fails')
    expect(only.wayBack.ways[0]?.why).toBe('web crashed and was restarted 2 times after it was ready')
    const ends = { image: restarted, checkpoint: restarted, baseline: restarted, target: restarted }
    expect(await image((step) => ({ ends, sees: sees(step) }))).toMatchObject({ image: 'read-only' })
  })

  test.each<[string, ContainerState, string]>(
    [
      [
        'is gone',
        { status: 'exited', exitCode: 0 },
        'web is exited (0) after the checks, on the baseline it was running',
      ],
      [
        'is unhealthy',
        { health: 'unhealthy' },
        'web is running (unhealthy) after the checks, on the baseline it was running',
      ],
    ].map(([what, state, why]) => [what as string, container('web', state as Partial<ContainerState>), why as string]),
  )('whose service %s at the end fails', async (_, web, why) => {
    const plan = await planWith('image: {}')
    const verdict = verdictOf(plan, lived(plan, { ends: { image: [web, container('db')] } }))
    expect(verdict.rollback.image).toBe('fails')
    expect(verdict.wayBack.ways[0]?.why).toBe(why)
  })

  test('that ran out of memory was not tried: it is told and nobody is blamed', async () => {
    const starved = [container('web', { status: 'exited', exitCode: 137, outOfMemory: true }), container('db')]
    const plan = await planWith('image: { expect: works }')
    const sees = { [stepOf(plan, 'image', checks.reads as never)]: red('no answer') }
    const got = seenBy(plan, lived(plan, { ends: { image: starved }, sees }))
    expect(got).toMatchObject({ image: 'not-run', verdict: 'inconclusive OUT_OF_MEMORY' })
  })

  test('after an upgrade that could not be told, a claim says nothing: it is of one that went through', async () => {
    const late: Problem = { code: 'TIMEOUT', message: 'all services ready: not done within 2 min' }
    const plan = await planWith('image: { expect: works }')
    const ready = upgradeSteps(plan).findLast((step) => step.do === 'ready')
    const fails = { [ready?.id ?? '']: late, [stepOf(plan, 'image', 'ready' as never)]: crashed }
    const again = { [`confirm.${ready?.id}`]: late, [`control.${ready?.id}`]: late }
    expect(seenBy(plan, lived(plan, { fails, again }))).toMatchObject({
      image: 'fails',
      verdict: 'inconclusive TIMEOUT',
    })
  })

  test('after an upgrade that failed is tried all the same', async () => {
    const plan = await planWith('image: {}')
    const ready = upgradeSteps(plan).findLast((step) => step.do === 'ready')
    const got = seenBy(plan, lived(plan, { fails: { [ready?.id ?? '']: crashed } }))
    expect(got).toMatchObject({ image: 'works', verdict: 'incompatible TARGET_CRASHED' })
    expect(got.said).toBe('After the failed upgrade the old image works on what it left.')
  })

  test('before anything of the target ran is not tried, and that is nobody else fault', async () => {
    const plan = await planWith('image: { expect: works }\nrestore: {}')
    const create = plan.stages.flatMap(({ steps }) => steps).findLast((step) => step.do === 'create')
    const got = seenBy(plan, lived(plan, { fails: { [create?.id ?? '']: { code: 'STACK_INVALID', message: 'no' } } }))
    expect(got).toMatchObject({ image: 'not-run', restore: 'works', verdict: 'inconclusive STACK_INVALID' })
  })
})

describe('what is documented', () => {
  const both = 'image: { expect: fails }\nrestore: { expect: works }'
  test.each<[string, (step: (key: string, what: never) => string) => World, string, string]>([
    ['holds', (step) => ({ fails: { [step('image', 'ready' as never)]: crashed } }), 'compatible', ''],
    [
      'a way that is documented not to work and works is a warning',
      () => ({}),
      'compatible-with-warnings ROLLBACK_BETTER',
      'The old image on the migrated data is documented not to work, and works.',
    ],
    [
      'a way that works only to read does not work',
      (step) => ({ sees: { [step('image', checks.writes as never)]: red() } }),
      'compatible',
      '',
    ],
    [
      'a way that is documented to work and fails',
      (step) => ({
        fails: { [step('image', 'ready' as never)]: crashed, [step('restore', 'ready' as never)]: crashed },
      }),
      'incompatible ROLLBACK_FAILED',
      'The old image on the state before the upgrade is documented to work and fails: web exited with code 3.',
    ],
    [
      'a way that is documented to work and only reads',
      (step) => ({
        fails: { [step('image', 'ready' as never)]: crashed },
        sees: { [step('restore', checks.writes as never)]: red() },
      }),
      'incompatible ROLLBACK_FAILED',
      'The old image on the state before the upgrade is documented to work and works only to read: it writes: expected status 200, got status 500.',
    ],
  ])('%s', async (_, world, verdict, reason) => {
    expect(await seenIn(both, world)).toMatchObject({ verdict, reason })
  })

  test('where nothing is claimed, nothing that fails is a reason', async () => {
    const got = await seenIn('image: {}\nrestore: {}', (step) => ({
      fails: { [step('image', 'ready' as never)]: crashed, [step('restore', 'ready' as never)]: crashed },
    }))
    expect(got).toMatchObject({ image: 'fails', restore: 'fails', verdict: 'compatible' })
  })
})

describe('what is no fault of the way back', () => {
  test.each<[ProblemCode, Partial<Problem>]>([
    ['ENGINE_LOST', {}],
    ['NO_SPACE', {}],
    ['OUT_OF_MEMORY', {}],
    ['INTERNAL', {}],
    ['TIMEOUT', { where: 'limits.total' }],
  ])('%s %o', async (code, details) => {
    const problem = { code, message: 'it broke', ...details }
    const got = await seenIn('image: { expect: works }', (step) => ({
      fails: { [step('image', 'start' as never)]: problem },
    }))
    expect(got).toMatchObject({ image: 'not-run', verdict: `inconclusive ${code}` })
    expect(got.reason).toBe('The old image on the migrated data was not tried: it broke.')
    expect(got.said).toBe('')
  })

  test.each(['fork', 'create', 'count'] as const)('a %s that takes too long', async (what) => {
    const problem = { code: 'TIMEOUT', message: 'not done within 2 min' } as const
    const got = await seenIn('image: { expect: works }', (step) => ({
      fails: { [step('image', what as never)]: problem },
    }))
    expect(got).toMatchObject({ image: 'not-run', verdict: 'inconclusive TIMEOUT' })
  })

  test('but a release that is not ready in time is', async () => {
    const problem = { code: 'TIMEOUT', message: 'all services ready: not done within 2 min' } as const
    const got = await seenIn('image: { expect: works }', (step) => ({
      fails: { [step('image', 'ready' as never)]: problem },
    }))
    expect(got).toMatchObject({ image: 'fails', verdict: 'incompatible ROLLBACK_FAILED' })
  })

  test('a checkpoint of the upgraded state that failed', async () => {
    const full = { code: 'NO_SPACE', message: 'the disk is full' } as const
    const got = await seenIn('image: {}\nfiles: { move: { volume: a, from: b, to: c } }\nrestore: {}', (step) => ({
      fails: { [step('upgraded', 'checkpoint' as never)]: full },
    }))
    expect(got).toMatchObject({
      image: 'not-run',
      files: 'not-run',
      restore: 'works',
      verdict: 'inconclusive NO_SPACE NO_SPACE',
    })
  })

  test('a checkpoint of the baseline that failed', async () => {
    const plan = await planWith('restore: { expect: works }')
    const step = plan.stages.flatMap(({ steps }) => steps).find((one) => one.do === 'checkpoint')
    const fails = { [step?.id ?? '']: { code: 'NO_SPACE', message: 'the disk is full' } as const }
    expect(seenBy(plan, lived(plan, { fails }))).toMatchObject({ restore: 'not-run', verdict: 'inconclusive NO_SPACE' })
  })

  test('a cancelled run: what came before stands, the rest is not tried', async () => {
    const plan = await planWith('image: {}\nrestore: { expect: works }\nfiles: { move: { volume: a, from: b, to: c } }')
    const got = seenBy(plan, lived(plan, { cancelledIn: stepOf(plan, 'restore', checks.writes) }))
    expect(got).toMatchObject({
      image: 'works',
      restore: 'not-run',
      files: 'not-run',
      verdict: 'inconclusive CANCELLED',
    })
    expect(got.said).toBe(
      'After this upgrade the old image works on the migrated data, and keeps the 3 rows written since the upgrade.',
    )
  })

  test('a journal that ends in the middle, without a word', async () => {
    const plan = await planWith('image: {}\nrestore: {}')
    const entries = lived(plan)
    const cut = entries.findIndex((one) => 'step' in one && one.step === stepOf(plan, 'restore', 'count'))
    const got = seenBy(plan, entries.slice(0, cut))
    expect(got).toMatchObject({ image: 'works', restore: 'not-run', verdict: 'inconclusive EVIDENCE_LOST' })
    expect(got.reason).toBe('The old image on the state before the upgrade was not tried to its end.')
  })

  test('a log that could not be written', async () => {
    const plan = await planWith('image: {}')
    const problem = {
      code: 'NO_SPACE',
      message: "can't write logs/rollback-image/web-1.log",
      where: 'logs/x.log',
    } as const
    const entries = [...lived(plan), { type: 'problem', problem, at: '' } as const]
    expect(seenBy(plan, entries).verdict).toBe('inconclusive NO_SPACE')
  })

  test('a log of a way back, or of the target kept before it, that lacks its middle is told', async () => {
    const plan = await planWith('image: {}')
    const entries = [
      ...lived(plan),
      { type: 'evidence', file: 'logs/target/web-1.log', truncated: true, at: '' } as const,
    ]
    expect(seenBy(plan, entries).verdict).toBe('compatible-with-warnings LOGS_TRUNCATED')
  })
})

describe('a target that was to be made to fail', () => {
  const automatic = 'automatic: { break: { web: { command: [x] } }, expect: works }'

  test('and does: the old image on what it left is judged', async () => {
    expect(await seenIn(automatic)).toMatchObject({ automatic: 'works', verdict: 'compatible' })
    const got = await seenIn(automatic, (step) => ({ fails: { [step('automatic', 'ready' as never)]: crashed } }))
    expect(got).toMatchObject({ automatic: 'fails', verdict: 'incompatible ROLLBACK_FAILED' })
  })

  test('by a check: that is a failure as well', async () => {
    const got = await seenIn(automatic, (step) => ({
      unbroken: true,
      sees: { [step('automatic.break', checks.reads as never)]: red() },
    }))
    expect(got).toMatchObject({ automatic: 'works', verdict: 'compatible' })
  })

  test('and passes everything is NOT_BROKEN', async () => {
    const got = await seenIn(automatic, () => ({ unbroken: true }))
    expect(got).toMatchObject({ automatic: 'not-run', verdict: 'inconclusive NOT_BROKEN' })
    expect(got.reason).toBe(
      'The old image after an upgrade that was made to fail was not tried: the target was to be made to fail and passed everything; what stands under "break" does not break it.',
    )
  })

  test('and fails for the engine instead proves nothing, whatever came after', async () => {
    const lost = { code: 'ENGINE_LOST', message: 'the engine is gone' } as const
    const got = await seenIn(automatic, (step) => ({ fails: { [step('automatic.break', 'start' as never)]: lost } }))
    expect(got).toMatchObject({ automatic: 'not-run', verdict: 'inconclusive ENGINE_LOST' })
  })

  test('where the release before it does not even start again is no news of the target', async () => {
    const plan = await planWith(automatic)
    const fails = { [stepOf(plan, 'automatic.before', 'create')]: crashed }
    const got = seenBy(plan, lived(plan, { fails }))
    expect(got).toMatchObject({ automatic: 'not-run', verdict: 'inconclusive BASELINE_RED' })
  })

  test('and rolls back without some rows has not rolled back', async () => {
    const got = await seenIn(automatic, () => ({
      counts: (moment) => ({ notes: moment === 'back' ? 9 : 10 }),
    }))
    expect(got).toMatchObject({ automatic: 'fails' })
    expect(got.reason).toMatch(/fails: db has 9 rows in notes, before the upgrade it had 10\.$/)
  })
})

describe('a migration that was killed', () => {
  const times = (count: number) => `interrupted: { service: web, times: ${count}, again: works }`

  test('is judged for the target started again and for the old image, each by itself', async () => {
    const got = await seenIn(times(1), (step) => ({
      fails: { [step('interrupted.image', 'ready' as never)]: crashed },
    }))
    expect(got).toMatchObject({ 'interrupted.again': 'works', 'interrupted.image': 'fails', verdict: 'compatible' })
  })

  test('several times is told try by try', async () => {
    const plan = await planWith(times(2))
    const { wayBack } = verdictOf(
      plan,
      lived(plan, { fails: { [stepOf(plan, 'interrupted.2.again', 'ready')]: crashed } }),
    )
    expect(wayBack.ways[0]?.tries).toEqual([
      { stage: 'interrupted.1.again', outcome: 'works', why: '' },
      { stage: 'interrupted.2.again', outcome: 'fails', why: 'web exited with code 3' },
    ])
    const once = await planWith(times(1))
    expect(verdictOf(once, lived(once)).wayBack.ways[0]).not.toHaveProperty('tries')
  })

  test('several times counts as its worst', async () => {
    const got = await seenIn(times(3), (step) => ({
      fails: { [step('interrupted.2.again', 'ready' as never)]: crashed },
      sees: { [step('interrupted.3.image', checks.writes as never)]: red() },
    }))
    expect(got).toMatchObject({
      'interrupted.again': 'fails',
      'interrupted.image': 'read-only',
      verdict: 'incompatible ROLLBACK_FAILED',
      reason:
        'The target started again after a kill in the migration is documented to work and fails in 1 of 3 tries: web exited with code 3.',
    })
    expect(got.said).toBe(
      "The target started again after a kill in the migration fails in 1 of 3 tries: web exited with code 3. The old image after a kill in the migration starts and reads, but can't write in 1 of 3 tries: it writes: expected status 200, got status 500.",
    )
  })

  const late = {
    code: 'NOT_BROKEN',
    message: 'web had ended by itself before it was to be killed, after 2.1 s',
  } as const

  test('too late once is no try, as long as another kill hit', async () => {
    const plan = await planWith(times(3))
    const verdict = verdictOf(plan, lived(plan, { fails: { [stepOf(plan, 'interrupted.2.kill', 'interrupt')]: late } }))
    expect(verdict).toMatchObject({ verdict: 'compatible', rollback: { 'interrupted.again': 'works' } })
    expect(verdict.wayBack.ways.map(({ tried, worked }) => [tried, worked])).toEqual([
      [2, 2],
      [2, 2],
    ])
    expect(verdict.wayBack.sentence).toContain('works in all 2 tries.')
  })

  test('too late each time was not interrupted', async () => {
    const got = await seenIn(times(2), (step) => ({
      fails: {
        [step('interrupted.1.kill', 'interrupt' as never)]: late,
        [step('interrupted.2.kill', 'interrupt' as never)]: late,
      },
    }))
    expect(got).toMatchObject({
      'interrupted.again': 'not-run',
      'interrupted.image': 'not-run',
      verdict: 'inconclusive NOT_BROKEN NOT_BROKEN',
    })
  })

  test('of which one could not be tried is not judged by the others alone', async () => {
    const full = { code: 'NO_SPACE', message: 'the disk is full' } as const
    const got = await seenIn(times(3), (step) => ({
      fails: { [step('interrupted.2.kill', 'checkpoint' as never)]: full },
    }))
    expect(got).toMatchObject({ 'interrupted.again': 'not-run', verdict: 'inconclusive NO_SPACE NO_SPACE' })
    expect(got.reason).toMatch(/was not tried each time: the disk is full\.$/)
    const failed = await seenIn(times(3), (step) => ({
      fails: {
        [step('interrupted.2.kill', 'checkpoint' as never)]: full,
        [step('interrupted.3.image', 'ready' as never)]: crashed,
      },
    }))
    // Nothing is claimed of it, and still what was not tried is a reason.
    expect(failed).toMatchObject({ 'interrupted.image': 'fails', verdict: 'inconclusive NO_SPACE NO_SPACE' })
  })
})

describe('a service that did not stop in time', () => {
  const warned = async (key: string) => {
    const plan = await planWith('image: {}\nrestore: {}')
    const id = stepOf(plan, key, key === 'upgraded' ? 'stop' : 'fork')
    const warning = { type: 'warning', code: 'UNCLEAN_STOP', message: 'web did not stop', at: '' } as const
    return seenBy(
      plan,
      lived(plan).flatMap((entry) =>
        entry.type === 'step-finished' && entry.step === id ? [warning, entry] : [entry],
      ),
    ).verdict
  }

  test('is told of the target, and of no way back', async () => {
    expect(await warned('upgraded')).toBe('compatible-with-warnings UNCLEAN_STOP')
    expect(await warned('image')).toBe('compatible')
  })
})

test('on a path of two hops, what the first one changed is no loss of the last one', async () => {
  const rollback = 'automatic: { break: { web: { command: [x] } }, expect: works }\ninterrupted: { service: web }'
  const plan = await planWith(rollback, { hops: 2 })
  const counts: World['counts'] = (moment) => ({ notes: moment === 'back' ? 7 : 10 })
  expect(seenBy(plan, lived(plan, { counts }))).toMatchObject({
    automatic: 'works',
    'interrupted.again': 'works',
    'interrupted.image': 'works',
    verdict: 'compatible',
  })
  const empty = seenBy(plan, lived(plan, { counts: (moment) => ({ notes: moment === 'back' ? 0 : 10 }) }))
  expect(empty).toMatchObject({ automatic: 'fails', verdict: 'incompatible ROLLBACK_FAILED' })
})

test('a suite that never writes says so, and can not find an image read-only', async () => {
  const plan = await planWith('image: { expect: fails }', { smoke: '  - http: { get: /notes }\n' })
  const got = seenBy(plan, lived(plan))
  expect(got.said).toMatch(/ No check of the suite writes, so writing was not tried\.$/)
  expect(got.reason).toBe(
    'The old image on the migrated data is documented not to work, and works; no check of the suite writes.',
  )
  const red = { outcome: 'failed', actual: 'status 500' } as const
  expect(seenBy(plan, lived(plan, { sees: { [stepOf(plan, 'image', 1)]: red } })).image).toBe('fails')
})

describe('a backup by its own commands', () => {
  const backup =
    'backup: { make: [ { exec: { service: db, run: d, save: a } } ], restore: [ { postgres: { service: db, dump: "{backup}/a" } } ], expect: works }'

  test.each<[string, string, Problem, string, string]>([
    [
      'that can not be made',
      'backup.make',
      { code: 'STEP_FAILED', message: 'pg_dump: no such role' },
      'fails',
      'ROLLBACK_FAILED',
    ],
    ['that fills the disk', 'backup.make', { code: 'NO_SPACE', message: 'the disk is full' }, 'not-run', 'NO_SPACE'],
    [
      'that can not be restored',
      'backup',
      { code: 'FIXTURE_PARTIAL', message: 'it was restored in part' },
      'fails',
      'ROLLBACK_FAILED',
    ],
    ['on an engine that is lost', 'backup', { code: 'ENGINE_LOST', message: 'gone' }, 'not-run', 'ENGINE_LOST'],
  ])('%s', async (_, key, problem, outcome, code) => {
    const what = key === 'backup' ? 'restore' : 'export'
    const got = await seenIn(backup, (step) => ({ fails: { [step(key, what as never)]: problem } }))
    expect(got.backup).toBe(outcome)
    expect(got.verdict.split(' ')[1]).toBe(code)
  })
})
