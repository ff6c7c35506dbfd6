import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { compose, single } from './apps.ts'
import { leftovers, makeFolder, rehearse, root, runCli } from './harness.ts'

const cli = join(root, 'dist/cli.cjs')

async function verdictIn(folder: string): Promise<Verdict> {
  return JSON.parse(await readFile(join(folder, 'upgrade-report/verdict.json'), 'utf8')) as Verdict
}

test('nobody reads the output any more: the rehearsal ends properly all the same', async () => {
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': single() })
  const child = spawn(process.execPath, [cli, 'run'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.once('data', () => child.stdout.destroy())
  child.stderr.resume()
  const [exitCode] = (await once(child, 'exit')) as [number]
  const verdict = await verdictIn(folder)
  expect({ exitCode, verdict: verdict.verdict }).toEqual({ exitCode: 0, verdict: 'compatible' })
  expect(await leftovers(verdict.runId)).toEqual([])
})

test('a slow answer that the end of the whole run cuts off is no regression', async () => {
  const outcome = await rehearse({
    'upgrade-rehearsal.yml': single({
      smoke: '\n  - http: { get: "/slow?ms=5000" }',
      more: 'limits: { total: 9s }',
    }),
  })
  expect(outcome.verdict.reasons).toMatchObject([{ code: 'TIMEOUT' }])
  expect(outcome.verdict.verdict).toBe('inconclusive')
})

test('the engine is lost in the middle: it is said so, and production settings are not left behind', async () => {
  const folder = await makeFolder(compose({ fixtures: '\n  - seed: { service: web, run: [app, seed, "5"] }' }))
  const path = join(folder, 'engine.sock')
  const sockets = new Set<Socket>()
  const engine = createServer({ allowHalfOpen: true }, (from) => {
    const to = connect({ path: '/var/run/docker.sock', allowHalfOpen: true })
    for (const socket of [from, to]) sockets.add(socket.on('error', () => undefined))
    from.pipe(to).pipe(from)
  }).listen(path)
  onTestFinished(() => void engine.close())
  const { exitCode, output } = await runCli(folder, ['run'], {
    env: { DOCKER_HOST: `unix://${path}` },
    onOutput: (soFar) => {
      if (!engine.listening || !soFar.includes('✓ 3.1')) return
      engine.close()
      for (const socket of sockets) socket.destroy()
    },
  })
  const verdict = await verdictIn(folder)
  await runCli(folder, ['clean', '--run', verdict.runId])
  expect(await leftovers(verdict.runId)).toEqual([])
  expect(output).toContain(`clean --run ${verdict.runId}`)
  expect([verdict.verdict, verdict.reasons[0]?.code]).toEqual(['inconclusive', 'ENGINE_LOST'])
  expect(exitCode).toBe(21)
})

test('without docker the engine is lost, and that is a verdict', async () => {
  const folder = await makeFolder(compose())
  const { exitCode, output } = await runCli(folder, ['run'], { env: { PATH: folder } })
  expect(exitCode).toBe(21)
  expect((await verdictIn(folder)).reasons).toMatchObject([{ code: 'ENGINE_LOST' }])
  expect(output).toContain('on the PATH')
})

test('a target that can be no tag ends with one sentence', async () => {
  const folder = await makeFolder(compose())
  const { exitCode, output } = await runCli(folder, ['run', '--to', '--privileged'])
  expect(exitCode).toBe(64)
  expect(output).toContain(`"--privileged" can't be an image's tag`)
  expect(output).not.toContain('    at ')
  const { runId } = await verdictIn(folder)
  expect(existsSync(join(tmpdir(), `upgrade-rehearsal-${runId}`))).toBe(false)
})

test('a report folder that is the project keeps the logs in it that are not ours', async () => {
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': single() })
  await mkdir(join(folder, 'logs'))
  await writeFile(join(folder, 'logs/mine.log'), 'precious')
  const { exitCode } = await runCli(folder, ['run', '--report-dir', '.'])
  expect(exitCode).toBe(0)
  expect(await readFile(join(folder, 'logs/mine.log'), 'utf8')).toBe('precious')
})

test('a report folder that is a file is said so', async () => {
  const folder = await makeFolder({ 'upgrade-rehearsal.yml': single(), report: 'a file' })
  const { exitCode, output } = await runCli(folder, ['run', '--report-dir', 'report'])
  expect(exitCode).toBe(21)
  expect(output).toContain('is the report folder writable?')
})
