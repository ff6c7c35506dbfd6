import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { mergeOf, type Origin, origin, pullRequest, shallow } from '../bump/clones.ts'
import { folderWith } from '../config/folder.ts'
import { compose, type NotesOptions } from './apps.ts'
import { leftovers } from './harness.ts'
import { checkedOut, runStep } from './runner.ts'

const seeded = { fixtures: '\n  - seed: { service: web, run: [app, seed, "10"] }' }

function filesOf(options: NotesOptions = seeded) {
  const files = compose(options)
  const config = `${files['upgrade-rehearsal.yml'].replace(/path: .*\n/, '')}rollback: none\nready: { twice: false }\n`
  return { ...files, 'upgrade-rehearsal.yml': config }
}

/** The step of a workflow for pull requests, on the merge commit that the runner checks out. */
async function step(from: Origin, base: string, head: string, options: { fork?: string; inputs?: object } = {}) {
  const workspace = await shallow(from, await mergeOf(from, base, head))
  const action = await checkedOut(join(await folderWith({}), 'action'))
  const event = await pullRequest(base, head, options.fork ? { from: options.fork } : {})
  const env = { ...event, GITHUB_REPOSITORY: 'acme/ops', GITHUB_BASE_REF: 'main' }
  const ended = await runStep('main', workspace, { command: 'bump', ...options.inputs }, { env, action })
  const read = async () => JSON.parse(await readFile(ended.outputs['verdict-path'] as string, 'utf8')) as Verdict
  return { ...ended, workspace, read }
}

/** A pull request from its base to its head. */
async function opened(before: Readonly<Record<string, string>>, change: Readonly<Record<string, string>>) {
  const from = await origin(before)
  const base = await from.commit({})
  await from.git('checkout', '--quiet', '-b', 'renovate/app')
  return { from, base, head: await from.commit(change) }
}

const bumped = { '.env': '# production\nAPP_VERSION=2.0\n' }

test('a bump is rehearsed from the base of the pull request to its head', { timeout: 300_000 }, async () => {
  const { from, base, head } = await opened(filesOf(), bumped)
  const { exitCode, output, outputs, summary, state, workspace, read } = await step(from, base, head)
  expect(exitCode, output).toBe(0)
  expect(outputs).toMatchObject({
    verdict: 'compatible',
    reasons: '',
    from: '1.0',
    to: '2.0',
    'report-dir': join(workspace, 'upgrade-report'),
  })
  expect(output).toContain('This is an upgrade (APP_VERSION in .env: 1.0 → 2.0).')
  expect(summary).toContain('compatible: notes 1.0 → 2.0')
  const verdict = await read()
  expect(verdict).toMatchObject({ path: '1.0..2.0', bump: { kind: 'upgrade', base } })
  expect(verdict.bump?.head).not.toBe(head)
  expect(state['run-id']).toBe(verdict.runId)
  expect(await leftovers(verdict.runId)).toEqual([])
})

test('for a fork, a secret fixture is refused before anything starts', async () => {
  const { from, base, head } = await opened(
    filesOf({ fixtures: '\n  - volume: { name: db-data, archive: /etc }' }),
    bumped,
  )
  const { exitCode, output, outputs, summary, read } = await step(from, base, head, { fork: 'evil/ops' })
  expect(exitCode, output).toBe(21)
  expect(outputs).toMatchObject({ verdict: 'inconclusive', reasons: 'UNTRUSTED_EVENT' })
  expect(output).toContain('pull request 7 comes from the fork evil/ops')
  expect(summary).toContain('comes from the fork evil/ops')
  expect(output).not.toContain('restore')
  expect(await leftovers((await read()).runId)).toEqual([])
})

test.each([
  [
    'a change of something else',
    filesOf(),
    { 'README.md': 'x' },
    'none',
    'No upgrade of this stack: APP_VERSION in .env stays 1.0.',
  ],
  [
    'a pin that is added',
    { ...filesOf(), '.env': '# nothing yet\n' },
    bumped,
    'added',
    'No upgrade of this stack: the pin is new, so nothing runs yet that could be upgraded (APP_VERSION in .env: absent → 2.0).',
  ],
])('%s passes without a rehearsal, and says so', async (_, before, change, kind, sentence) => {
  const { from, base, head } = await opened(before, change)
  const { exitCode, output, outputs, summary, read } = await step(from, base, head)
  expect(exitCode, output).toBe(0)
  expect(outputs).toMatchObject({ verdict: 'compatible', reasons: 'NO_UPGRADE' })
  expect(output).toContain(sentence)
  expect(summary).toContain('No upgrade of this stack')
  expect((await read()).bump).toMatchObject({ kind, base, sentence })
})

test('where the event tells no base it is an input, and one that is nowhere never passes', async () => {
  const { from, base, head } = await opened(filesOf(), { 'README.md': 'x' })
  const workspace = await shallow(from, head)
  const bump = (inputs: object) => runStep('main', workspace, { command: 'bump', ...inputs })
  const named = await bump({ base })
  expect([named.exitCode, named.outputs.reasons], named.output).toEqual([0, 'NO_UPGRADE'])
  const [missing, lost] = [await bump({}), await bump({ base: 'f'.repeat(40) })]
  expect([missing.exitCode, lost.exitCode]).toEqual([64, 64])
  expect(missing.output).toContain('which commit does production run?')
  expect(lost.output).toContain("is not in this clone and can't be fetched")
  expect([missing.outputs.verdict, lost.outputs.verdict]).toEqual([undefined, undefined])
})
