import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Verdict } from '../../src/verdict/verdict.ts'
import { mergeOf, origin, pullRequest, shallow } from '../bump/clones.ts'
import { compose, single } from './apps.ts'
import { leftovers, runCli } from './harness.ts'

async function bump(folder: string, env: NodeJS.ProcessEnv) {
  const known = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? '']))
  const { exitCode, output } = await runCli(folder, ['bump'], { env: known })
  const verdict = JSON.parse(await readFile(join(folder, 'upgrade-report/verdict.json'), 'utf8')) as Verdict
  expect(await leftovers(verdict.runId)).toEqual([])
  return { exitCode, output, verdict }
}

const quick = (text: string) => `${text.replace(/path: .*\n/, '')}\nrollback: none\n`

test("a bot's bump in a shallow clone of the merge commit is rehearsed, each pin from its own value to its own", {
  timeout: 300_000,
}, async () => {
  const files = compose({ fixtures: '\n  - seed: { service: web, run: [app, seed, "10"] }' })
  const pinned = files['docker-compose.yml']
    .replace('web:', 'web: &web')
    .replace(
      'volumes: { db-data',
      '  other: { image: "rehearsal-test/app:1.0", entrypoint: [sh, -c, "trap exit TERM; sleep 9999 & wait"] }\nvolumes: { db-data',
    )
  const config = quick(files['upgrade-rehearsal.yml']).replace(
    /^pin: (.*)$/m,
    'pin:\n  - $1\n  - image: { file: docker-compose.yml, service: other }',
  )
  const from = await origin({ ...files, 'docker-compose.yml': pinned, 'upgrade-rehearsal.yml': config })
  const base = await from.commit({})
  await from.git('checkout', '--quiet', '-b', 'renovate/app')
  const other = pinned.replace('app:1.0"', 'app:1.1"')
  const head = await from.commit({ '.env': files['.env'].replace('1.0', '2.0'), 'docker-compose.yml': other })
  const folder = await shallow(from, await mergeOf(from, base, head))
  const { exitCode, output, verdict } = await bump(folder, await pullRequest(base, head))
  expect(exitCode, output).toBe(0)
  expect(verdict).toMatchObject({ path: '1.0..2.0', bump: { kind: 'upgrade', base } })
  const images = ({ images }: Verdict['from']) =>
    Object.fromEntries(images.map(({ service, reference }) => [service, reference]))
  expect(images(verdict.from)).toMatchObject({ web: 'rehearsal-test/app:1.0', other: 'rehearsal-test/app:1.0' })
  expect(images(verdict.to)).toMatchObject({ web: 'rehearsal-test/app:2.0', other: 'rehearsal-test/app:1.1' })
})

test('a bump of a single image is rehearsed, and a downgrade says that it is one', async () => {
  const text = quick(single())
  const from = await origin({ 'upgrade-rehearsal.yml': text })
  const [base, head] = [
    await from.commit({}),
    await from.commit({ 'upgrade-rehearsal.yml': text.replace('app:1.0', 'app:2.0') }),
  ]
  const up = await bump(from.folder, await pullRequest(base, head))
  expect(up.exitCode, up.output).toBe(0)
  expect(up.verdict).toMatchObject({ path: '1.0..2.0', bump: { kind: 'upgrade' } })

  await from.git('checkout', '--quiet', '-b', 'back')
  const back = await from.commit({ 'upgrade-rehearsal.yml': text })
  const down = await bump(from.folder, await pullRequest(head, back))
  expect(down.exitCode, down.output).toBe(20)
  expect(down.output).toContain('This is a downgrade (stack.image in upgrade-rehearsal.yml: 2.0 → 1.0).')
  expect(down.verdict).toMatchObject({
    verdict: 'incompatible',
    reasons: [{ code: 'PATH_UNSUPPORTED' }],
    bump: { kind: 'downgrade' },
  })
})

test('a fork gets to see no fixture that is not in the repository, and nothing starts', async () => {
  const text = quick(single({ fixtures: '\n  - volume: { name: data, archive: /etc }' }))
  const from = await origin({ 'upgrade-rehearsal.yml': text })
  const [base, head] = [
    await from.commit({}),
    await from.commit({ 'upgrade-rehearsal.yml': text.replace('app:1.0', 'app:2.0') }),
  ]
  const { exitCode, output, verdict } = await bump(from.folder, await pullRequest(base, head, { from: 'evil/ops' }))
  expect(exitCode, output).toBe(21)
  expect(verdict.reasons).toMatchObject([{ code: 'UNTRUSTED_EVENT' }])
})
