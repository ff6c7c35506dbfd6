import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/index.ts'
import type { BaseFiles } from '../../src/releases/base-files.ts'
import { bindPin } from '../../src/releases/pinned-files.ts'
import { type Reading, resolveReleases } from '../../src/releases/resolve.ts'
import { folderWith } from '../config/folder.ts'
import { tagContext } from '../tags/context.ts'

const config = (fixtures = '') => `stack: docker-compose.yml
pin:
  - env: { file: .env, key: APP }
  - env: { file: .env, key: JOB }
rollback: none
${fixtures}`
const files = { 'docker-compose.yml': 'head', '.env': 'APP=2\nJOB=2\nMAIL=new\n' }
const commit = 'a'.repeat(40)

/** The releases, and what the stack reads for each: only the source is that of the base. */
async function readFor(base: Pick<BaseFiles, 'notes'>, texts: Record<string, string>, more = '') {
  const folder = await folderWith({
    ...files,
    'upgrade-rehearsal.yml': config(more),
    'prod.env': 'APP=1\nJOB=2\nMAIL=prod\n',
  })
  const loaded = await loadConfig(undefined, folder, {})
  const [app, job] = (loaded.pin ?? []).map((pin, index) => bindPin(pin, index, loaded))
  const known = new Map(Object.entries(texts).map(([name, text]) => [join(folder, name), Buffer.from(text)]))
  const readings: Reading[] = []
  const found = await resolveReleases(
    loaded,
    {
      from: '1',
      to: '2',
      pins: { source: ['1', '2'], target: ['2', '2'] },
      base: { ...base, commit, files: known, pins: [app, /^JOB=/m.test(texts['.env'] ?? '') ? job : undefined] },
    },
    async (reading) => {
      readings.push(reading)
      const env = String(reading.replaced.get(join(folder, '.env')))
      return new Map([['web', { reference: `acme/app:${/APP=(.*)/.exec(env)?.[1]}` }]])
    },
    { ...tagContext({ folder }), scratch: folder },
  )
  const text = (place: string, name: string) => {
    const content = readings
      .find((one) => one.place === place && one.version !== 'probe')
      ?.replaced.get(join(folder, name))
    return content === undefined ? undefined : String(content)
  }
  return { ...found, text, probe: readings.find(({ version }) => version === 'probe') }
}

test('the source reads the files of the base, and the target those of the checkout', async () => {
  const before = { 'docker-compose.yml': 'base', '.env': 'APP=1\nMAIL=old\n' }
  const { text, releases, notes } = await readFor({ notes: ['a note'] }, before)
  expect([text('source', 'docker-compose.yml'), text('target', 'docker-compose.yml')]).toEqual(['base', undefined])
  // A pin that the base does not have is not written there.
  expect([text('source', '.env'), text('target', '.env')]).toEqual(['APP=1\nMAIL=old\n', 'APP=2\nJOB=2\nMAIL=new\n'])
  expect(releases[0]?.files).toEqual(['docker-compose.yml at aaaaaaaaaaaa', '.env at aaaaaaaaaaaa'])
  expect(releases[1]).not.toHaveProperty('files')
  expect(notes).toEqual(['a note'])
})

test("what follows the pin is told by the base's files too; a pin that stays is left alone", async () => {
  const { probe, releases } = await readFor({ notes: [] }, { '.env': 'APP=1\nJOB=2\n' })
  expect([...(probe?.replaced.values() ?? [])].map(String)).toEqual(['APP=upgrade-rehearsal-probe\nJOB=2\n'])
  expect(releases[0]?.images).toMatchObject([{ reference: 'acme/app:1', pinned: true }])
})

test("production's own file, from a fixture, is more than the repository knows", async () => {
  const fixture = 'fixtures:\n  - file: { from: prod.env, to: .env }\n'
  const { text } = await readFor({ notes: [] }, { '.env': 'APP=1\nJOB=2\nMAIL=old\n' }, fixture)
  expect(text('source', '.env')).toBe('APP=1\nJOB=2\nMAIL=prod\n')
})
