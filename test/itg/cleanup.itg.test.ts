import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { compose, notesDump, single } from './apps.ts'
import { docker, leftovers, makeFolder, rehearse, rehearseIn, runCli } from './harness.ts'

async function verdictIn(folder: string): Promise<Verdict> {
  return JSON.parse(await readFile(join(folder, 'upgrade-report/verdict.json'), 'utf8'))
}

describe('interrupted', () => {
  test.each([
    { phase: 'the restore', mark: /\n\s*▸? *.* 1\.\d .*volumes/ },
    { phase: 'the baseline', mark: /2 baseline 1\.0\n/ },
    { phase: 'the upgrade', mark: /✓ .* stop all services cleanly/ },
    { phase: 'the smoke suite', mark: /✓ 2\.\d +the running images/ },
  ])('in $phase, it says so, leaves nothing and ends in time', async ({ mark }) => {
    const folder = await makeFolder({
      ...compose({ smoke: '\n  - http: { get: "/slow?ms=2000" }' }),
      'notes.sql': notesDump(3),
    })
    let interruptedAt = 0
    const outcome = await rehearseIn(folder, {
      onOutput: (soFar, child) => {
        if (interruptedAt > 0 || !mark.test(soFar.slice(soFar.lastIndexOf('1 prepare')))) return
        interruptedAt = performance.now()
        child.kill('SIGINT')
      },
    })
    expect(interruptedAt, outcome.output).toBeGreaterThan(0)
    expect(performance.now() - interruptedAt).toBeLessThan(7_000)
    expect(outcome.exitCode, outcome.output).toBe(130)
    expect(outcome.verdict.verdict).toBe('inconclusive')
    expect(outcome.codes).toContain('CANCELLED')
    expect(existsSync(join(folder, 'upgrade-report/junit.xml'))).toBe(true)
  })

  test('by SIGTERM it ends with that exit code', async () => {
    const folder = await makeFolder({ 'upgrade-rehearsal.yml': single() })
    let sent = false
    const outcome = await rehearseIn(folder, {
      onOutput: (soFar, child) => {
        if (!sent && soFar.includes('2 baseline 1.0\n  ✓')) sent = child.kill('SIGTERM')
      },
    })
    expect(outcome.exitCode, outcome.output).toBe(143)
  })
})

test('what a killed run left is found by clean, which spares runs that are at work', async () => {
  const folder = await makeFolder({
    'upgrade-rehearsal.yml': single({ smoke: '\n  - http: { get: "/slow?ms=20000" }' }),
  })
  const alive = await makeFolder({ 'upgrade-rehearsal.yml': single({ smoke: '\n  - http: { get: "/slow?ms=6000" }' }) })
  const { promise: isRunning, resolve: released } = Promise.withResolvers<void>()
  const other = rehearseIn(alive, { onOutput: (soFar) => soFar.includes('sealed networks  ') && released() })
  await runCli(folder, ['run'], {
    onOutput: (soFar, child) => {
      if (/✓ 2\.\d+ +the running images/.test(soFar)) child.kill('SIGKILL')
    },
  })
  const verdict = await verdictIn(folder)
  expect(verdict.verdict).toBe('inconclusive')
  expect(verdict.reasons.map(({ code }) => code)).toEqual(['CANCELLED'])
  expect((await leftovers(verdict.runId)).length).toBeGreaterThan(3)
  await isRunning
  const { exitCode, output } = await runCli(folder, ['clean'])
  expect(exitCode, output).toBe(0)
  expect(output).toMatch(/removed [1-9]\d* containers, (1 network|[1-9]\d* networks), (1 volume|[1-9]\d* volumes), /)
  expect(await leftovers(verdict.runId)).toEqual([])
  // The run beside it was not hurt.
  expect((await other).exitCode, (await other).output).toBe(0)
})

test('--keep leaves the stack up, says how to look around, and clean --run removes it', async () => {
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': single() })
  const { exitCode, output } = await runCli(folder, ['run', '--keep'])
  const { runId } = await verdictIn(folder)
  onTestFinished(async () => void (await runCli(folder, ['clean', '--run', runId])))
  expect(exitCode, output).toBe(0)
  expect(output).toContain(`label=upgrade-rehearsal.run=${runId}`)
  const running = await docker(
    'ps',
    '--quiet',
    '--filter',
    `label=upgrade-rehearsal.run=${runId}`,
    '--filter',
    'label=upgrade-rehearsal.role=app',
  )
  expect(running.trim()).not.toBe('')
  const command = /docker exec -it (\S+) sh/.exec(output)?.[1] ?? ''
  expect(await docker('exec', command, 'app', 'version')).toContain('2.0')
  await runCli(folder, ['clean', '--run', runId])
  expect(await leftovers(runId)).toEqual([])
})

test('a suite that ignores SIGTERM and forks is ended with all its children', async () => {
  const marker = `rehearsal-marker-${process.pid}`
  const config = single({ smoke: '\n  - suite: { run: bash stubborn.sh, within: 1s }' })
  const stubborn = `trap '' TERM\n(exec -a ${marker} sleep 60) &\nsleep 60\n`
  const outcome = await rehearse({ 'upgrade-rehearsal.yml': config, 'stubborn.sh': stubborn })
  expect(outcome.codes, outcome.output).toEqual(['BASELINE_RED'])
  expect(outcome.output).toContain('its deadline passed; it was ended')
  const processes = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
  expect(processes.split('\n').filter((line) => line.startsWith(marker))).toEqual([])
})
