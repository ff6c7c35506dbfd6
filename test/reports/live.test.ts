import { expect, test } from 'vitest'
import { createActionsLog, createTerminal, wantsColour } from '../../src/reports/index.ts'
import type { Happening, Listener } from '../../src/run/journal.ts'
import { makePlan } from '../verdict/rehearsal.ts'
import { hostile, regressed } from './sample.ts'

const at = '2026-01-02T03:04:05.678Z'
const plan = makePlan()

function tell(listener: Listener, ...happened: readonly Happening[]): void {
  for (const one of happened) listener.onEntry({ ...one, at })
}

function terminal(colour: boolean) {
  const lines: string[] = []
  return { lines, listener: createTerminal({ plan, print: (line) => lines.push(line), colour }) }
}

function actions() {
  const lines: string[] = []
  return { lines, listener: createActionsLog({ plan, print: (line) => lines.push(line), token: 'T0KEN' }) }
}

test('each step is a line as it ends, with its time and figure', () => {
  const { lines, listener } = terminal(false)
  tell(
    listener,
    { type: 'step-started', step: 'baseline.restore' },
    { type: 'step-output', step: 'baseline.restore', line: 'COPY 12\u001b[31m' },
    { type: 'step-output', step: 'baseline.restore', line: 'done' },
    { type: 'step-finished', step: 'baseline.restore', ms: 1_840, outcome: 'done', note: '212 kB' },
  )
  expect(lines).toEqual([
    '',
    '2 baseline 1.0.0',
    '  ▸ 2.2  restore postgres fixtures/prod.dump into db',
    '        COPY 12',
    '        done',
    '  ✓ 2.2  restore postgres fixtures/prod.dump into db  1.8 s  (212 kB)',
  ])
})

test('a red check tells what was expected and seen', () => {
  const { lines, listener } = terminal(false)
  const observation = {
    outcome: 'failed',
    expected: 'status 200',
    actual: 'status 500\nbody x',
    log: ['Error: y'],
  } as const
  tell(
    listener,
    { type: 'check', step: 'target.check.1', check: 'http GET /health', phase: 'target', ms: 12, observation },
    { type: 'step-finished', step: 'target.check.1', ms: 12, outcome: 'failed' },
  )
  expect(lines).toEqual([
    '  ✗ 3.7  http GET /health                             12 ms',
    '        expected status 200',
    '        got      status 500',
    '                 body x',
    '        | Error: y',
  ])
})

test('colour is for terminals only', () => {
  const { lines, listener } = terminal(true)
  tell(listener, { type: 'step-finished', step: 'target.start', ms: 1, outcome: 'done' })
  expect(lines[0]).toContain('\u001b[32m✓\u001b[39m')
  expect(wantsColour(true, {})).toBe(true)
  expect(wantsColour(true, { NO_COLOR: '1' })).toBe(false)
  expect(wantsColour(undefined, {})).toBe(false)
})

test('on GitHub a stage is a group and a failure an annotation', () => {
  const { lines, listener } = actions()
  const problem = { code: 'UNHEALTHY', message: '50% up,\nnot more', where: 'web', hint: 'look' } as const
  tell(
    listener,
    { type: 'step-started', step: 'prepare.pull' },
    { type: 'step-finished', step: 'prepare.pull', ms: 1, outcome: 'done' },
    { type: 'step-started', step: 'target.ready' },
    { type: 'step-finished', step: 'target.ready', ms: 1, outcome: 'failed', problem },
    { type: 'removed', containers: 2, networks: 1, volumes: 1 },
  )
  expect(lines).toEqual([
    '::group::1 prepare',
    '  ✓ 1.1  pull 3 images                                1 ms',
    '::endgroup::',
    '::group::3 target 2.0.0',
    '  ✗ 3.4  target.ready                                 1 ms',
    '::stop-commands::T0KEN',
    '        50% up,',
    '        not more',
    '        next: look',
    '::T0KEN::',
    '::error title=target · web · target.ready::50%25 up, not more',
    '::endgroup::',
    '  removed 2 containers, 1 network, 1 volume',
  ])
})

test('nothing an application prints is a command on GitHub', () => {
  const { lines, listener } = actions()
  for (const entry of regressed().entries) listener.onEntry(entry)
  for (const line of ['::add-mask::x', '  ::error::x', hostile, 'x\n::set-output name=a::b\r\n##[group]']) {
    tell(listener, { type: 'step-output', step: 'target.check.1', line })
  }
  tell(
    listener,
    { type: 'warning', code: 'X', message: '::error::x\n::error::y ##[error]z' },
    { type: 'kept', how: ['::error::x'] },
  )
  listener.close()
  let stopped = false
  for (const line of lines) {
    expect(line).not.toMatch(/[\n\r]/)
    expect(line).not.toContain('##[')
    if (line === '::T0KEN::') stopped = false
    const command = /^\s*::(\S*?)( [^:]*)?::/.exec(line)?.[1]
    if (command && !stopped) expect(['group', 'endgroup', 'error', 'stop-commands', 'T0KEN']).toContain(command)
    if (stopped) expect(line).not.toMatch(/^\s*::/)
    if (line.startsWith('::stop-commands::')) stopped = true
  }
  expect(stopped).toBe(false)
  expect(lines.filter((line) => line.startsWith('::error ')).length).toBe(1)
  expect(lines.filter((line) => line.startsWith('::group::')).length).toBe(
    lines.filter((line) => line === '::endgroup::').length,
  )
})
