import { access, readdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { loadScenarios, type Scenario } from '../scripts/systems/scenarios.ts'
import { loadConfig } from '../src/config/index.ts'

const root = join(import.meta.dirname, '..')
const examples = join(root, 'examples')
const read = (name: string) => readFile(join(examples, name), 'utf8')

const folders = await readdir(examples, { recursive: true })
const systems = folders.filter((name) => /^[^/]+\/traps\.yml$/.test(name)).map((name) => name.replace(/\/.*/, ''))
const traps = (await loadScenarios()).filter(({ name }) => name !== 'as documented')

test('there are examples with traps, and all of them are rehearsed', () => {
  expect(systems.toSorted()).toEqual([...new Set(traps.map(({ system }) => system))].toSorted())
  expect(systems.length).toBeGreaterThan(4)
})

describe.each(systems)('%s', (system) => {
  test('has a configuration that loads', async () => {
    const config = await loadConfig('upgrade-rehearsal.yml', join(examples, system), {})
    expect(config.smoke.length).toBeGreaterThan(0)
  })

  test('has a script that makes its fixtures', async () => {
    await access(join(examples, system, 'make-fixture.sh'))
    expect(await readdir(join(examples, system, 'fixtures'))).not.toEqual([])
  })

  test('has a README that says how to run it, in a page', async () => {
    const lines = (await read(`${system}/README.md`)).split('\n')
    expect(lines.length).toBeLessThan(100)
    for (const command of ['bash scripts/setup.sh all', `cd examples/${system}`, `npm run systems ${system}`]) {
      expect(lines.filter((line) => line.includes(command))).not.toEqual([])
    }
  })

  test('its README lists every trap with its verdict, and no other', async () => {
    const rows = tableOf(await read(`${system}/README.md`), '| trap |')
    expect(rows.map(([name, , verdict]) => [name, verdict])).toEqual(
      traps.filter((trap) => trap.system === system).map((trap) => [trap.name, verdictCell(trap)]),
    )
    for (const [, shows] of rows) expect(shows).toMatch(/\w{3}/)
  })

  test('its README lists every file of its folder, and no other', async () => {
    const listed = tableOf(await read(`${system}/README.md`), '| file |').flatMap(([cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name.replace(/\/$/, '')),
    )
    // A folder stands for what is in it.
    const covered = (name: string) => listed.some((one) => name === one || name.startsWith(`${one}/`))
    const files = kept(folders).flatMap((name) =>
      name.startsWith(`${system}/`) ? [name.slice(system.length + 1)] : [],
    )
    const folder = (name: string) => files.some((other) => other.startsWith(`${name}/`))
    const unlisted = files.filter((name) => !folder(name) && !covered(name) && !/^(README\.md|\.gitignore)$/.test(name))
    expect(unlisted).toEqual([])
    expect(listed.filter((name) => !files.includes(name))).toEqual([])
  })
})

describe('examples/ holds nothing that belongs elsewhere', () => {
  const names = kept(folders)

  test.each([
    ['registry', 'image: ghcr.io/acme/app:1', 'ghcr.io'],
    ['registry with a port', 'image: "localhost:5000/app:1"', 'localhost:5000/app:1'],
    ['path', 'COPY /home/jane/app', '/home/jane'],
    ['this checkout', `cd ${root}/examples`, root],
    ['cloud key', `AWS_KEY=AKIA${'A1B2'.repeat(4)}`, `AKIA${'A1B2'.repeat(4)}`],
    ['private key', '-----BEGIN OPENSSH PRIVATE KEY-----', '-----BEGIN OPENSSH PRIVATE KEY-----'],
    ['JSON web token', 'token: eyJhbGciOi.eyJzdWIiOi.c2ln', 'eyJhbGciOi.eyJzdWIiOi.c2ln'],
    ['password that is no example', 'DB_PASSWORD=hunter2', 'DB_PASSWORD=hunter2'],
    ['secret in a URL', 'DATABASE_URL=postgres://app:hunter2@db/app', 'postgres://app:hunter2@'],
  ])('%s would be found', (_, line, found) => expect(strangers(`x\n${line}\ny`)).toContain(found))

  test.each([
    'image: rehearsal-test/app:1.0',
    'image: postgres:15',
    'POSTGRES_PASSWORD=example-db-password',
    'DB_PASSWORD: ${DB_PASSWORD}',
    'DATABASE_URL: postgres://app:${DB_PASSWORD}@db/app',
    'mount: /tmp/backup.tar.gz',
    'http://server:8000/metrics',
  ])('%s is fine', (line) => expect(strangers(line)).toEqual([]))

  test('nothing is there', async () => {
    const found = await Promise.all(
      names.map(async (name) => {
        const content = await readFile(join(examples, name)).catch((error) => {
          if (error.code === 'EISDIR') return undefined
          throw error
        })
        if (!content) return []
        const unpacked = unpack(name, content)
        return strangers(unpacked.toString('latin1')).map((what) => `${name}: ${what}`)
      }),
    )
    expect(names.length).toBeGreaterThan(50)
    expect(found.flat()).toEqual([])
  })
})

/** What a rehearsal or a stack started by hand leaves there is not part of the example. */
function kept(names: readonly string[]): string[] {
  return names.filter((name) => !/\/(upgrade-report|data|specivo-data)(\/|$)/.test(name))
}

/** The cells of the rows of the table whose head begins so. */
function tableOf(text: string, head: string): string[][] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.startsWith(head))
  if (start < 0) return []
  const rows = lines.slice(start + 2)
  const end = rows.findIndex((line) => !line.startsWith('|'))
  return rows.slice(0, end < 0 ? rows.length : end).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** What a README says of a trap's end: the verdict and the code, and what the ways back come to. */
function verdictCell({ expect: { verdict, reason, rollback } }: Scenario): string {
  const codes = [verdict, reason].filter((code) => code !== undefined).map((code) => `\`${code}\``)
  const back = Object.entries(rollback ?? {}).map(([way, ends]) => `${way} ${ends}`)
  return codes.join(' ') + (back.length > 0 ? `, way back: ${back.join(', ')}` : '')
}

function unpack(name: string, content: Buffer): Buffer {
  if (name.endsWith('.gz')) return gunzipSync(content)
  return /\.(zst|storeit)$/.test(name) ? zstdDecompressSync(content) : content
}

/** Registries, paths of a machine and real secrets in a text. */
function strangers(text: string): string[] {
  const shapes = [
    /\b(?:[\w-]+\.)*(?:docker\.(?:io|com)|ghcr\.io|quay\.io|gcr\.io|azurecr\.io|amazonaws\.com|mcr\.microsoft\.com|pkg\.dev|lscr\.io)\b/g,
    /\bregistry\.[\w-]+\.[\w.-]+/g,
    // An image whose first part is a host.
    /(?<=\bimage: ?["']?)[\w-]*[.:][\w.-]*\/[\w./:-]+/g,
    /\/(?:home|Users)\/[\w-]+/g,
    /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
    /\b(?:gh[pousr]_|github_pat_|glpat-|npm_|xox[abeoprs]-|sk-|AGE-SECRET-KEY-1)[\w-]{16,}/g,
    /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
    /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g,
    // The passwords of an example say that they are one.
    /^ *\w*(?:PASSWORD|SECRET|TOKEN|SECRET_KEY|ACCESS_KEY)[=:](?! ?["']?(?:example-|not-the-password|\$\{|$)).+/gm,
    /\w+:\/\/\w+:(?!example-|\$\{)[^\s@/"']+@/g,
  ]
  const paths = [root, join(homedir(), '/')].filter((path) => path.length > 3 && text.includes(path))
  return [...paths, ...shapes.flatMap((shape) => text.match(shape) ?? [])]
}
