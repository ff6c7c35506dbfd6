import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Header, pack } from 'tar-stream'
import { beforeAll, describe, expect, test } from 'vitest'
import { compose, notesDump, single } from './apps.ts'
import { checksOf, makeFolder, type Outcome, rehearse, runCli } from './harness.ts'

type Entry = Partial<Header> & { readonly name: string; readonly content?: string }

async function tar(...entries: readonly Entry[]): Promise<Buffer> {
  const into = pack()
  for (const { content, ...header } of entries) {
    if (content === undefined) into.entry({ type: 'file', ...header })
    else into.entry(header, content)
  }
  into.finalize()
  return await buffer(into)
}

const folder = (name: string, more: Partial<Header> = {}): Entry => ({ name, type: 'directory', mode: 0o755, ...more })
const file = (name: string, content = 'x', more: Partial<Header> = {}): Entry => ({
  name,
  content,
  mode: 0o644,
  ...more,
})
const deep = `${'long-folder-name-'.repeat(6)}/${'long-file-name-'.repeat(12)}.txt`

// Until it listens, the application does not hear that it is to stop.
const answering = 'ready: { checks: [http: { get: /health }] }'

let production: Buffer
beforeAll(async () => {
  production = await tar(
    folder('./', { uid: 1234, gid: 2345, mode: 0o2750 }),
    folder('./uploads/', { uid: 10, gid: 20 }),
    file('./uploads/a.txt', 'first', { uid: 1000, gid: 1001, mode: 0o640, mtime: new Date('2021-02-03T04:05:06Z') }),
    file('./uploads/ünïcode name', 'second'),
    { name: './uploads/link', type: 'symlink', linkname: '../elsewhere/../uploads/a.txt' },
    { name: './uploads/hard', type: 'link', linkname: './uploads/a.txt', uid: 1000, gid: 1001, mode: 0o640 },
    { name: './uploads/dangling', type: 'symlink', linkname: '/nowhere/at/all' },
    file(`./${deep}`, 'third'),
    folder('./postgresql/'),
    file('./postgresql/base', 'excluded'),
    file('./cache/1.tmp', 'excluded'),
    file('./cache/keep.txt', 'kept'),
    file('./tool', 'setuid', { uid: 7, gid: 8, mode: 0o4751 }),
    file('./empty', ''),
  )
})

/** A rehearsal of one container with an archive in its volume, and what a shell in there says about it. */
async function unpacking(
  archive: Buffer | undefined,
  script: string,
  options = '',
  name = 'data.tar',
): Promise<Outcome> {
  const smoke = `\n  - exec: { name: files, service: app, run: [sh, -exc, ${JSON.stringify(script)}] }`
  const config = single({
    fixtures: `\n  - volume: { name: data, archive: ${name}${options} }`,
    smoke,
    more: answering,
  })
  return await rehearse({ 'upgrade-rehearsal.yml': config, ...(archive ? { [name]: archive } : {}) })
}

function expectFound(outcome: Outcome): void {
  expect(outcome.exitCode, outcome.output).toBe(0)
  expect(checksOf(outcome, 'target')).toEqual(['files: passed'])
}

describe('an archive fills a volume', () => {
  test('with owner, mode, time, links and long names kept', async () => {
    const stat = (path: string, expected: string, format = '%u:%g %a %Y %F') =>
      `test "$(stat -c '${format}' '/data/${path}')" = '${expected}'`
    const script = [
      stat('', '1234:2345 2750', '%u:%g %a'),
      stat('uploads', '10:20 755', '%u:%g %a'),
      stat('uploads/a.txt', '1000:1001 640 1612325106 regular file'),
      stat('tool', '7:8 4751', '%u:%g %a'),
      stat('uploads/ünïcode name', '6', '%s'),
      stat('empty', '0', '%s'),
      `test "$(readlink /data/uploads/link)" = ../elsewhere/../uploads/a.txt`,
      `test "$(readlink /data/uploads/dangling)" = /nowhere/at/all`,
      `test /data/uploads/hard -ef /data/uploads/a.txt`,
      `test "$(cat '/data/${deep}')" = third`,
      `test -e /data/postgresql/base`,
    ].join(' && ')
    expectFound(await unpacking(production, script))
  })

  test.each([
    ['gzip', 'data.tgz', (content: Buffer) => gzipSync(content)],
    ['zstd', 'data.tar.zst', (content: Buffer) => zstdCompressSync(content)],
  ])('from %s, without what is excluded', async (_, name, compress) => {
    const script =
      'test -e /data/uploads/a.txt && test -e /data/cache/keep.txt && ! test -e /data/postgresql && ! test -e /data/cache/1.tmp'
    expectFound(await unpacking(compress(production), script, ', exclude: [postgresql, "**/*.tmp"]', name))
  })

  test('of which only a part is included, less what is excluded of that', async () => {
    const script =
      'test -e /data/uploads/a.txt && test -L /data/uploads/link && ! test -e "/data/uploads/ünïcode name" && ! test -e /data/cache'
    expectFound(await unpacking(production, script, ', include: [./uploads/], exclude: ["uploads/ün*"]'))
  })

  test('leaving out an entry that would be unsafe', async () => {
    const archive = await tar(file('good'), { name: 'console', type: 'character-device', devmajor: 5, devminor: 1 })
    expectFound(await unpacking(archive, 'test -e /data/good && ! test -e /data/console', ', exclude: [console]'))
  })

  test('by the name of a host folder that is mounted, which itself stays as it is', async () => {
    const files = compose({
      fixtures:
        '\n  - postgres: { service: db, dump: notes.sql }\n  - volume: { name: ./uploads, archive: uploads.tar }',
      more: answering,
      smoke: `\n  - exec: { service: web, run: [sh, -exc, 'test "$(cat /uploads/file)" = production && test "$(stat -c %u /uploads)" = 321 && ! test -e /uploads/mine && touch /uploads/written'] }`,
    })
    const mounted = files['docker-compose.yml'].replace('ports: ["8000:8000"]', 'volumes: ["./uploads:/uploads"]')
    const outcome = await rehearse({
      ...files,
      'docker-compose.yml': mounted,
      'notes.sql': notesDump(3),
      'uploads/mine': 'developer',
      'uploads.tar': await tar(folder('./', { uid: 321 }), file('file', 'production')),
    })
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(await readdir(`${outcome.folder}/uploads`)).toEqual(['mine'])
  })
})

describe('an archive that is not whole, or not safe, ends the rehearsal before the application starts', () => {
  const large = () =>
    tar(...Array.from({ length: 40 }, (_, index) => file(`file-${index}`, randomBytes(2_000).toString('hex'))))
  const half = (content: Buffer) => content.subarray(0, Math.floor(content.length / 2))

  test.each<[string, string, () => Promise<Buffer | undefined>, RegExp, string?]>([
    ['missing', 'FIXTURE_MISSING', async () => undefined, /data\.tar does not exist/],
    ['0 bytes', 'FIXTURE_EMPTY', async () => Buffer.alloc(0), /data\.tar is empty \(0 bytes\)/],
    ['without an entry', 'FIXTURE_EMPTY', () => tar(), /has no entry to unpack/],
    ['gzip of nothing', 'FIXTURE_EMPTY', async () => gzipSync(''), /has no entry to unpack/],
    ['with every entry excluded', 'FIXTURE_EMPTY', () => tar(file('a/b')), /has no entry to unpack/, ', exclude: [a]'],
    ['with only the folder itself', 'FIXTURE_EMPTY', () => tar(folder('./')), /has no entry to unpack/],
    [
      'a wrong sha256',
      'FIXTURE_CORRUPT',
      () => tar(file('a')),
      /not the file that sha256 names/,
      `, sha256: "${'ab'.repeat(32)}"`,
    ],
    ['truncated', 'FIXTURE_CORRUPT', async () => half(await large()), /truncated/],
    ['truncated gzip', 'FIXTURE_CORRUPT', async () => half(gzipSync(await large())), /truncated/],
    ['truncated zstd', 'FIXTURE_CORRUPT', async () => half(zstdCompressSync(await large())), /truncated/],
    ['no archive at all', 'FIXTURE_CORRUPT', async () => randomBytes(8_192), /corrupt/],
    ['a text', 'FIXTURE_CORRUPT', async () => Buffer.from('<html>404 Not Found</html>'), /corrupt|truncated/],
    [
      'too large',
      'FIXTURE_TOO_LARGE',
      async () => gzipSync(await large()),
      /unpacks to more than 10\.0 KiB/,
      ' }\nlimits: { fixture: 10KiB',
    ],
    [
      'with a path that leads out',
      'FIXTURE_UNSAFE',
      () => tar(file('good'), file('../evil')),
      /holds "\.\.\/evil": its path leaves the archive/,
    ],
    [
      'with a path that leads out later',
      'FIXTURE_UNSAFE',
      () => tar(file('a/../../evil')),
      /holds "a\/\.\.\/\.\.\/evil"/,
    ],
    [
      'with an absolute path',
      'FIXTURE_UNSAFE',
      () => tar(file('/etc/evil')),
      /holds "\/etc\/evil": its path leaves the archive/,
    ],
    [
      'with a device',
      'FIXTURE_UNSAFE',
      () => tar({ name: 'disk', type: 'block-device', devmajor: 8, devminor: 0 }),
      /"disk": it is a block-device/,
    ],
    ['with a pipe', 'FIXTURE_UNSAFE', () => tar({ name: 'pipe', type: 'fifo' }), /"pipe": it is a fifo/],
    [
      'with a hard link that leads out',
      'FIXTURE_UNSAFE',
      () => tar({ name: 'users', type: 'link', linkname: '../../etc/passwd' }),
      /"users": it is a hard link to a file outside/,
    ],
    [
      'with a hard link to an absolute path',
      'FIXTURE_UNSAFE',
      () => tar({ name: 'users', type: 'link', linkname: '/etc/passwd' }),
      /"users": it is a hard link to a file outside/,
    ],
  ])('%s is %s', async (_, code, archive, says, options) => {
    const outcome = await unpacking(await archive(), 'true', options)
    expect(outcome.codes, outcome.output).toEqual([code])
    expect(outcome.exitCode).toBe(21)
    expect(outcome.verdict.reasons[0]?.message).toMatch(says)
    expect(outcome.entries.filter(({ type }) => type === 'containers' || type === 'check')).toEqual([])
  })
})

test('a symbolic link is no way out for the entries behind it', async () => {
  const archive = await tar(
    file('good'),
    { name: 'out', type: 'symlink', linkname: '/etc' },
    file('out/rehearsal-test-evil', 'evil'),
  )
  const outcome = await unpacking(archive, 'test -e /data/good && ! test -e /etc/rehearsal-test-evil')
  expect(['', 'FIXTURE_CORRUPT', 'FIXTURE_UNSAFE']).toContain(outcome.codes.join())
  expect(existsSync('/etc/rehearsal-test-evil')).toBe(false)
})

test('a volume that the stack does not have is an error of the configuration, with its place and the nearest name', async () => {
  const folder = await makeFolder({
    'upgrade-rehearsal.yml': single({ fixtures: '\n  - volume: { name: dtaa, archive: data.tar }' }),
    'data.tar': await tar(file('a')),
  })
  const { exitCode, output } = await runCli(folder, ['run'])
  expect(exitCode, output).toBe(64)
  expect(output).toMatch(/upgrade-rehearsal\.yml:9:15: the stack has no volume "dtaa"; did you mean "data"\?/)
})
