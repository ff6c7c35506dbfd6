import { describe, expect, test } from 'vitest'
import type { ProblemCode } from '../../src/errors.ts'
import type { Plan } from '../../src/plan/plan.ts'
import type { Entry } from '../../src/run/journal.ts'
import { exitCodeOf, judge, unplannedVerdict } from '../../src/verdict/judge.ts'
import { add, container, containers, exchange, failAt, goodRun, image, makePlan, observe, proof } from './rehearsal.ts'

const plan = makePlan()
const good = goodRun(plan)
const failed = { outcome: 'failed', expected: 'status 200', actual: 'status 500', service: 'web' } as const

function verdictOf(entries: readonly Entry[], of = plan) {
  const verdict = judge({ plan: of, entries, runId: 'r1' })
  return { verdict, seen: `${verdict.verdict} ${verdict.reasons.map((reason) => reason.code).join(' ')}`.trim() }
}

function at(phase: string, moment: string) {
  return (entry: Entry) => entry.type === 'containers' && entry.phase === phase && entry.moment === moment
}

describe('a rehearsal in which all goes well', () => {
  test('is compatible, by way of an intermediate release too', () => {
    expect(verdictOf(good).seen).toBe('compatible')
    const two = makePlan(2)
    const { verdict } = verdictOf(goodRun(two), two)
    expect(verdict.verdict).toBe('compatible')
    expect(verdict.hops).toEqual([
      { from: '1.0.0', to: '1.5.0', outcome: 'done', ms: 500, changes: [], commands: [] },
      { from: '1.5.0', to: '2.0.0', outcome: 'done', ms: 500, changes: [], commands: [] },
    ])
  })

  test('tells what it saw', () => {
    const { verdict } = verdictOf(good)
    expect(verdict).toMatchObject({
      schemaVersion: 1,
      runId: 'r1',
      name: 'example',
      rollback: { image: 'not-run', restore: 'not-run' },
      from: {
        version: '1.0.0',
        images: [{ service: 'web', reference: 'example/app:1.0.0', digest: 'sha256:digest-1.0.0' }, {}],
      },
      to: { version: '2.0.0' },
      checks: { baseline: { passed: 2, failed: 0, errors: 0 }, target: { passed: 2, failed: 0, errors: 0 } },
      services: [
        { service: 'web', baseline: 'running', target: 'running', restarts: { baseline: 0, target: 0 } },
        { service: 'db' },
      ],
      environment: { engine: '28.0', compose: '2.40', node: '24.1', tool: '0.1.0', platform: 'linux/amd64' },
    })
    expect(verdict.timings).toHaveLength(plan.stages.flatMap((stage) => stage.steps).length)
    expect(verdict.timings[0]).toEqual({ step: 'prepare.pull', title: 'pull 3 images', ms: 100, outcome: 'done' })
  })
})

describe('before the upgrade nothing is incompatible', () => {
  test.each<[string, ProblemCode, string]>([
    ['prepare.pull', 'PULL_RATE_LIMIT', 'PULL_RATE_LIMIT'],
    ['prepare.pull', 'TIMEOUT', 'TIMEOUT'],
    ['prepare.fixture', 'FIXTURE_EMPTY', 'FIXTURE_EMPTY'],
    ['baseline.restore', 'FIXTURE_PARTIAL', 'FIXTURE_PARTIAL'],
    ['baseline.restore', 'NO_SPACE', 'NO_SPACE'],
    ['baseline.start', 'PORT_TAKEN', 'PORT_TAKEN'],
    ['baseline.start', 'CRASHED', 'BASELINE_RED'],
    ['baseline.ready', 'TIMEOUT', 'BASELINE_RED'],
    ['baseline.ready', 'RESTARTED', 'BASELINE_RED'],
    ['baseline.ready', 'OUT_OF_MEMORY', 'OUT_OF_MEMORY'],
    ['baseline.prove', 'WRONG_IMAGE', 'BASELINE_RED'],
    ['baseline.sign-in', 'SIGN_IN', 'BASELINE_RED'],
    ['target.stop', 'CRASHED', 'BASELINE_RED'],
    ['target.create', 'STACK_INVALID', 'STACK_INVALID'],
  ])('%s with %s is %s', (step, code, reason) => {
    expect(verdictOf(failAt(good, step, { code, message: 'it broke' })).seen).toBe(`inconclusive ${reason}`)
  })

  test('a red check is BASELINE_RED, told with what was expected and seen', () => {
    const { verdict, seen } = verdictOf(failAt(observe(good, 'baseline.check.1', failed), 'baseline.check.2'))
    expect(seen).toBe('inconclusive BASELINE_RED INTERNAL')
    expect(verdict.reasons[0]).toEqual({
      code: 'BASELINE_RED',
      message: 'The baseline is red before any upgrade: http GET /health: expected status 200, got status 500.',
      where: 'baseline · web · http GET /health',
      step: 'baseline.check.1',
    })
  })

  test('a red check, and then no engine any more, is the engine', () => {
    const lost = { type: 'problem', problem: { code: 'ENGINE_LOST', message: 'the engine is gone' } } as const
    const { verdict } = verdictOf(add(observe(good, 'baseline.check.1', failed), lost))
    expect(verdict.reasons.map(({ code }) => code)).toEqual(['ENGINE_LOST', 'BASELINE_RED'])
  })

  test('a regression on top of a red baseline is not the upgrade', () => {
    expect(verdictOf(observe(observe(good, 'baseline.check.1', failed), 'target.check.1', failed)).seen).toBe(
      'inconclusive BASELINE_RED',
    )
  })

  test('a check that could not be made is red too, unless a problem tells more', () => {
    const error = { outcome: 'error', detail: 'no such command' } as const
    expect(verdictOf(observe(good, 'baseline.check.1', error)).seen).toBe('inconclusive BASELINE_RED')
    const lost = failAt(good, 'baseline.check.1', { code: 'ENGINE_LOST', message: 'gone' }, [
      {
        type: 'check',
        step: 'baseline.check.1',
        check: 'http GET /health',
        phase: 'baseline',
        ms: 1,
        observation: error,
      },
    ])
    expect(verdictOf(lost).seen).toBe('inconclusive ENGINE_LOST')
  })
})

describe('after the upgrade', () => {
  test.each<[string, ProblemCode, string]>([
    ['target.start', 'CRASHED', 'incompatible TARGET_CRASHED'],
    ['target.start', 'PORT_TAKEN', 'inconclusive PORT_TAKEN'],
    ['target.ready', 'RESTARTED', 'incompatible TARGET_CRASHED'],
    ['target.ready', 'UNHEALTHY', 'incompatible NOT_READY'],
    ['target.ready', 'TIMEOUT', 'inconclusive TIMEOUT'],
    ['target.prove', 'WRONG_IMAGE', 'incompatible NOT_UPGRADED'],
    ['target.sign-in', 'SIGN_IN', 'incompatible SMOKE_REGRESSION'],
    ['target.check.1', 'OUT_OF_MEMORY', 'inconclusive OUT_OF_MEMORY'],
    ['target.ready', 'ENGINE_LOST', 'inconclusive ENGINE_LOST'],
    ['target.ready', 'INTERNAL', 'inconclusive INTERNAL'],
    ['target.ready', 'EVIDENCE_LOST', 'inconclusive EVIDENCE_LOST'],
  ])('%s with %s is %s', (step, code, seen) => {
    expect(verdictOf(failAt(good, step, { code, message: 'it broke', where: 'web' })).seen).toBe(seen)
  })

  test('an intermediate release that crashes is incompatible', () => {
    const two = makePlan(2)
    const { verdict, seen } = verdictOf(
      failAt(goodRun(two), 'hop.1.ready', { code: 'CRASHED', message: 'web exited with code 1', where: 'web' }),
      two,
    )
    expect(seen).toBe('incompatible TARGET_CRASHED')
    expect(verdict.reasons[0]?.where).toBe('hop 1 · web · hop.1.ready')
    expect(verdict.hops.map((hop) => hop.outcome)).toEqual(['failed', 'not-run'])
  })

  test('a red check is a regression, told with what was expected and seen', () => {
    const { verdict, seen } = verdictOf(observe(good, 'target.check.1', failed))
    expect(seen).toBe('incompatible SMOKE_REGRESSION')
    expect(verdict.reasons[0]?.message).toBe(
      'http GET /health passed on the baseline and fails after the upgrade: expected status 200, got status 500.',
    )
    expect(verdict.reasons[0]?.where).toBe('target · web · http GET /health')
    expect(verdict.hops[0]?.outcome).toBe('done')
  })

  test('a check that could not be made is no regression', () => {
    expect(verdictOf(observe(good, 'target.check.1', { outcome: 'error', detail: 'no such command' })).seen).toBe(
      'inconclusive INTERNAL',
    )
  })

  test('only the last try of a check counts', () => {
    const red: Entry = {
      ...(good.find((entry) => entry.type === 'check' && entry.step === 'target.check.1') as Entry & { type: 'check' }),
      observation: failed,
    }
    const index = good.findIndex((entry) => entry.type === 'check' && entry.step === 'target.check.1')
    expect(verdictOf([...good.slice(0, index), red, ...good.slice(index)]).seen).toBe('compatible')
  })

  test('what failed while the engine was lost is not the upgrade', () => {
    const red = observe(good, 'target.check.1', failed)
    expect(verdictOf(failAt(red, 'target.check.2', { code: 'ENGINE_LOST', message: 'the engine is gone' })).seen).toBe(
      'inconclusive ENGINE_LOST',
    )
  })

  test("a crash for lack of memory, by the engine's own word, is not the upgrade", () => {
    const starved = container('web', { status: 'exited', exitCode: 137, outOfMemory: true })
    const crashed = { code: 'CRASHED', message: 'web exited with code 137', where: 'web' } as const
    expect(verdictOf(failAt(good, 'target.ready', crashed, [containers('target', 'failure', starved)])).seen).toBe(
      'inconclusive OUT_OF_MEMORY',
    )
    const other = container('web', { status: 'exited', exitCode: 137 })
    expect(verdictOf(failAt(good, 'target.ready', crashed, [containers('target', 'failure', other)])).seen).toBe(
      'incompatible TARGET_CRASHED',
    )
  })

  test('a problem noted beside the steps counts once', () => {
    const problem = { code: 'CRASHED', message: 'web exited with code 1', where: 'web' } as const
    const run = failAt(good, 'target.ready', problem)
    expect(verdictOf(add(run, { type: 'problem', problem })).seen).toBe('incompatible TARGET_CRASHED')
    expect(verdictOf(add(good, { type: 'problem', problem: { code: 'INTERNAL', message: 'a fault' } })).seen).toBe(
      'inconclusive INTERNAL',
    )
  })
})

describe('cancelled', () => {
  const cancel = { type: 'cancelled', signal: 'SIGINT' } as const

  test('is never a pass, even when all was done', () => {
    expect(verdictOf(add(good, cancel)).seen).toBe('inconclusive CANCELLED')
    expect(verdictOf(add(good.slice(0, 8), cancel)).seen).toBe('inconclusive CANCELLED')
  })

  test('keeps a regression that was seen before, not one that came of it', () => {
    expect(verdictOf(add(observe(good, 'target.check.1', failed), cancel)).seen).toBe(
      'incompatible SMOKE_REGRESSION CANCELLED',
    )
    const index = good.findIndex((entry) => entry.type === 'check' && entry.step === 'target.check.1')
    const during = observe(
      [...good.slice(0, index), { ...cancel, at: '' }, ...good.slice(index)],
      'target.check.1',
      failed,
    )
    expect(verdictOf(during).seen).toBe('inconclusive CANCELLED')
  })
})

describe('a pass needs evidence', () => {
  const check = (entry: Entry) => entry.type === 'check'
  test.each<[string, string, readonly Entry[]]>([
    ['an empty journal', 'inconclusive EVIDENCE_LOST', []],
    [
      'no proof of the target',
      'inconclusive EVIDENCE_LOST',
      exchange(good, (entry) => entry.type === 'proof' && entry.phase === 'target'),
    ],
    [
      'no proof of the baseline',
      'inconclusive EVIDENCE_LOST',
      exchange(good, (entry) => entry.type === 'proof' && entry.phase === 'baseline'),
    ],
    [
      'a proof of another version',
      'inconclusive EVIDENCE_LOST',
      exchange(good, (entry) => entry.type === 'proof' && entry.phase === 'target', proof('target', '1.0.0')),
    ],
    [
      'a target that runs the old image',
      'incompatible NOT_UPGRADED',
      exchange(
        good,
        (entry) => entry.type === 'proof' && entry.phase === 'target',
        proof('target', '2.0.0', 'sha256:app-1.0.0'),
      ),
    ],
    [
      'a check that was not made on the target',
      'inconclusive EVIDENCE_LOST',
      exchange(good, (entry) => check(entry) && (entry as { step: string }).step === 'target.check.2'),
    ],
    [
      'a step without an end',
      'inconclusive EVIDENCE_LOST',
      exchange(good, (entry) => entry.type === 'step-finished' && entry.step === 'target.stop'),
    ],
    ['no final containers', 'inconclusive EVIDENCE_LOST', exchange(good, at('target', 'end'))],
    [
      'the same image on both sides',
      'inconclusive SAME_IMAGE',
      exchange(
        good,
        (entry) => entry.type === 'image' && entry.image.id === 'sha256:app-2.0.0',
        image('example/app:2.0.0', 'sha256:app-1.0.0'),
      ),
    ],
    [
      'an image nobody resolved',
      'inconclusive EVIDENCE_LOST',
      exchange(good, (entry) => entry.type === 'image' && entry.image.id === 'sha256:app-2.0.0'),
    ],
  ])('%s is %s', (_, seen, entries) => {
    const found = verdictOf(entries).seen
    expect([...new Set(found.split(' '))].join(' ')).toBe(seen)
  })

  test('without a smoke check there is nothing to pass', () => {
    const bare = makePlan(1, {
      checks: [],
      stages: plan.stages.map((stage) => ({ ...stage, steps: stage.steps.filter((step) => step.do !== 'check') })),
    })
    expect(verdictOf(goodRun(bare), bare).seen).toBe('inconclusive NO_ASSERTIONS')
  })

  test('a suite that skipped all its tests asserted nothing', () => {
    const cases = [{ suite: 's', name: 'a', outcome: 'skipped', ms: 0 }] as const
    const skipped = good.map((entry) =>
      entry.type === 'check' ? { ...entry, observation: { outcome: 'passed' as const, cases } } : entry,
    )
    expect(verdictOf(skipped).seen).toBe('inconclusive NO_ASSERTIONS')
  })

  test('a service without a container at the end is missed', () => {
    const lone = { type: 'containers', phase: 'target', moment: 'end', containers: [container('web')] } as const
    expect(verdictOf(exchange(good, at('target', 'end'), lone)).seen).toBe('inconclusive EVIDENCE_LOST')
  })
})

describe('how the containers ended', () => {
  test.each<[string, string, Parameters<typeof container>[1], Parameters<typeof container>[1]?]>([
    ['healthy', 'compatible', { health: 'healthy' }],
    ['unhealthy', 'incompatible NOT_READY', { health: 'unhealthy' }],
    ['unhealthy on both sides', 'inconclusive BASELINE_RED', { health: 'unhealthy' }, { health: 'unhealthy' }],
    ['still starting', 'inconclusive TIMEOUT', { health: 'starting' }],
    ['exited 0, was running', 'incompatible TARGET_CRASHED', { status: 'exited', exitCode: 0 }],
    [
      'exited 0 without a restart policy, was running',
      'inconclusive SERVICE_ENDED',
      { status: 'exited', exitCode: 0, restart: 'no' },
    ],
    [
      'exited 1 without a restart policy, was running',
      'incompatible TARGET_CRASHED',
      { status: 'exited', exitCode: 1, restart: 'no' },
    ],
    ['exited 0 on both sides', 'compatible', { status: 'exited', exitCode: 0 }, { status: 'exited', exitCode: 0 }],
    ['exited 1', 'incompatible TARGET_CRASHED', { status: 'exited', exitCode: 1 }],
    [
      'exited 1 on both sides',
      'inconclusive BASELINE_RED',
      { status: 'exited', exitCode: 1 },
      { status: 'exited', exitCode: 1 },
    ],
    ['killed for lack of memory', 'inconclusive OUT_OF_MEMORY', { status: 'exited', exitCode: 137, outOfMemory: true }],
    ['a child killed for lack of memory', 'compatible-with-warnings OUT_OF_MEMORY', { outOfMemory: true }],
    ['in a restart loop', 'incompatible TARGET_CRASHED', { status: 'restarting', restarts: 0 }],
    ['never started', 'incompatible NOT_READY', { status: 'created' }],
    ['restarted after ready', 'incompatible TARGET_CRASHED', { restarts: 1 }],
    [
      'restarted after ready as often as before',
      'compatible-with-warnings RESTARTED',
      { restarts: 2 },
      { restarts: 2 },
    ],
  ])('%s is %s', (_, seen, target, baseline = {}) => {
    const run = exchange(good, at('target', 'end'), containers('target', 'end', container('web', target)))
    expect(
      verdictOf(exchange(run, at('baseline', 'end'), containers('baseline', 'end', container('web', baseline)))).seen,
    ).toBe(seen)
  })

  test('more restarts while it became ready are a warning', () => {
    const end = exchange(good, at('target', 'end'), containers('target', 'end', container('web', { restarts: 2 })))
    const run = exchange(end, at('target', 'ready'), containers('target', 'ready', container('web', { restarts: 2 })))
    const { verdict, seen } = verdictOf(run)
    expect(seen).toBe('compatible-with-warnings RESTARTED')
    expect(verdict.reasons[0]?.message).toBe(
      'web restarted 2 times before the target was ready, on the baseline never.',
    )
  })

  test('a one-shot that only the target has may exit 0', () => {
    const shot = container('migrate', { status: 'exited', exitCode: 0 })
    expect(verdictOf(exchange(good, at('target', 'end'), containers('target', 'end', shot))).seen).toBe('compatible')
  })
})

describe('warnings', () => {
  test('are reasons and leave it compatible', () => {
    const warned = add(
      good,
      { type: 'warning', code: 'TAG_MOVED', message: 'the tag moved' },
      { type: 'evidence', file: 'logs/web.log', truncated: true },
    )
    expect(verdictOf(warned).seen).toBe('compatible-with-warnings TAG_MOVED LOGS_TRUNCATED')
  })

  test('name the tests that only the baseline ran', () => {
    const cases = [
      { suite: 's', name: 'a', outcome: 'passed', ms: 1 },
      { suite: 's', name: 'b', outcome: 'passed', ms: 1 },
    ] as const
    const run = observe(observe(good, 'baseline.check.1', { outcome: 'passed', cases }), 'target.check.1', {
      outcome: 'passed',
      cases: cases.slice(1),
    })
    const { verdict, seen } = verdictOf(run)
    expect(seen).toBe('compatible-with-warnings TESTS_DIFFER')
    expect(verdict.reasons[0]?.message).toContain('s a')
  })

  test('one of several pinned images that stayed the same is told', () => {
    const both = makePlan(1, {
      releases: plan.releases.map((release) => ({
        ...release,
        images: release.images.map((use) => ({ ...use, pinned: true })),
      })),
    })
    expect(verdictOf(goodRun(both), both).seen).toBe('compatible-with-warnings SAME_IMAGE')
  })
})

test('the gravest reason stands first', () => {
  const warned = [
    { type: 'warning', code: 'SLOWER', message: 'slow', at: '' } as const,
    ...observe(good, 'target.check.1', failed),
  ]
  const run = observe(warned, 'target.check.2', { outcome: 'error', detail: 'x' })
  expect(verdictOf(run).seen).toBe('incompatible SMOKE_REGRESSION INTERNAL SLOWER')
})

test('an exit code for every verdict, never one that a crash could give', () => {
  const codes = (['compatible', 'compatible-with-warnings', 'incompatible', 'inconclusive'] as const).map((verdict) =>
    [false, true].map((strict) => exitCodeOf({ verdict }, { strict })),
  )
  expect(codes).toEqual([
    [0, 0],
    [0, 22],
    [20, 20],
    [21, 21],
  ])
})

test('a verdict without a plan is inconclusive', () => {
  const base = { runId: 'r1', name: 'example', at: '2026-01-02T03:04:05.678Z' }
  expect(unplannedVerdict(base)).toMatchObject({ verdict: 'inconclusive', reasons: [{ code: 'CANCELLED' }] })
  const reason = { code: 'PULL_AUTH', message: 'no', where: 'prepare' }
  expect(unplannedVerdict({ ...base, reason }).reasons).toEqual([reason])
})

describe('a service without replicas', () => {
  const withReplicas = (changed: Readonly<Record<string, number>>): Plan => {
    const plan = makePlan()
    const releases = plan.releases.map((release) => ({
      ...release,
      images: release.images.map((use) =>
        use.service in changed ? { ...use, replicas: changed[use.service] ?? 1 } : use,
      ),
    }))
    return { ...plan, releases }
  }
  const gone = (entries: readonly Entry[], service: string) =>
    entries.map((entry) => {
      if (entry.type === 'containers')
        return { ...entry, containers: entry.containers.filter((one) => one.service !== service) }
      if (entry.type === 'proof') return { ...entry, services: entry.services.filter((one) => one.service !== service) }
      return entry
    })

  test('is not missed', () => {
    const plan = withReplicas({ db: 0 })
    expect(judge({ plan, entries: gone(goodRun(plan), 'db'), runId: 'r' }).verdict).toBe('compatible')
  })

  test('proves nothing where it alone follows the pin', () => {
    const plan = withReplicas({ web: 0 })
    const { verdict, reasons } = judge({ plan, entries: gone(goodRun(plan), 'web'), runId: 'r' })
    expect([verdict, reasons[0]?.code]).toEqual(['inconclusive', 'EVIDENCE_LOST'])
    expect(reasons[0]?.message).toMatch(/^Nothing of .* runs: each service that follows the pin has no replicas\.$/)
  })
})
