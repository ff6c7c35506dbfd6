import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { notesDump } from '../../test/itg/apps.ts'
import { type ArchiveEntry, bomb, half, noise, tar } from './archives.ts'
import type { Fault, Promised } from './fault.ts'
import { health, notes } from './notes.ts'
import { run } from './program.ts'
import { hasRun } from './ran.ts'
import type { Scene } from './scene.ts'

interface Backup {
  readonly name?: string
  /** YAML behind the file's name. */
  readonly options?: string
  readonly more?: string
}

/** A dump for PostgreSQL that can't be restored. */
async function dump(
  scene: Scene,
  content: string | Buffer,
  { name = 'notes.dump', options = '', more = '' }: Backup = {},
) {
  const fixtures = `\n  - postgres: { service: db, dump: ${name}${options} }`
  await scene.write({ ...notes('postgres', { fixtures, smoke: health, more }), [name]: content })
  return await refused(scene)
}

/** An archive for the single container's volume that can't be unpacked. */
async function archive(
  scene: Scene,
  content: Buffer | undefined,
  { name = 'data.tar', options = '', more = '' }: Backup = {},
) {
  const fixtures = `\n  - volume: { name: data, archive: ${name}${options} }`
  await scene.write({ ...notes('sqlite', { fixtures, smoke: health, more }), ...(content ? { [name]: content } : {}) })
  return await refused(scene)
}

/** Of 20 GiB that are nothing but a hole. */
async function sparse(scene: Scene, format: string) {
  await run('truncate', '--size', '20G', join(scene.outside, 'hole'))
  const out = ['--create', '--sparse', `--format=${format}`, '--file', join(scene.folder, 'data.tar')]
  await run('tar', ...out, '--directory', scene.outside, 'hole')
  return await archive(scene, undefined, { more: limit })
}

async function refused(scene: Scene) {
  const ran = await scene.rehearse()
  scene.expect(!ran.entries.some(({ type }) => type === 'proof'), 'the application ran on a backup that is not whole')
  return ran
}

const promised = (code: string, says: RegExp): Promised => ({ verdict: 'inconclusive', code, says })
const long = notesDump(5_000)
const limit = 'limits: { fixture: 50MiB }'

/** An archive that reaches out of its volume. */
function unsafe(title: string, says: RegExp, ...entries: readonly ArchiveEntry[]): Fault {
  return {
    number: 29,
    title: `an archive with ${title}`,
    promise: promised('FIXTURE_UNSAFE', says),
    apps: ['sqlite'],
    inject: async (scene) => await archive(scene, await tar({ name: 'good', content: 'x' }, ...entries)),
  }
}

export const restoreFaults: readonly Fault[] = [
  {
    number: 25,
    title: 'a truncated gzip',
    promise: promised('FIXTURE_CORRUPT', /notes\.sql\.gz.*truncated/),
    apps: ['postgres'],
    inject: (scene) => dump(scene, half(gzipSync(long)), { name: 'notes.sql.gz' }),
  },
  {
    number: 25,
    title: 'a truncated archive',
    promise: promised('FIXTURE_CORRUPT', /data\.tar\.zst.*truncated/),
    apps: ['sqlite'],
    inject: async (scene) =>
      await archive(scene, half(zstdCompressSync(await tar({ name: 'a', content: noise(100_000) }))), {
        name: 'data.tar.zst',
      }),
  },
  {
    number: 25,
    title: 'a wrong checksum',
    promise: promised('FIXTURE_CORRUPT', /not the file that sha256 names/),
    apps: ['postgres'],
    inject: (scene) =>
      dump(scene, long, { options: `, sha256: "${createHash('sha256').update('another').digest('hex')}"` }),
  },
  {
    number: 26,
    title: 'an empty dump',
    promise: promised('FIXTURE_EMPTY', /notes\.dump is empty/),
    apps: ['postgres'],
    inject: (scene) => dump(scene, ''),
  },
  {
    number: 26,
    title: 'a dump without a row',
    promise: promised('FIXTURE_EMPTY', /no table of notes has a row/),
    apps: ['postgres'],
    inject: (scene) => dump(scene, notesDump(3).replace(/COPY public\.(\w+) [\s\S]*?\\\.\n/g, '')),
  },
  {
    number: 27,
    title: 'an SQL error in the middle of a dump',
    promise: promised('FIXTURE_PARTIAL', /relation "nowhere" does not exist/),
    apps: ['postgres'],
    inject: (scene) =>
      dump(scene, notesDump(10).replace('SELECT pg_catalog', 'INSERT INTO nowhere VALUES (1);\nSELECT pg_catalog')),
  },
  {
    number: 28,
    title: 'a gzip bomb',
    promise: promised('FIXTURE_TOO_LARGE', /more than 50/),
    apps: ['sqlite'],
    inject: async (scene) => await archive(scene, await bomb(2_048), { name: 'data.tar.gz', more: limit }),
  },
  {
    number: 28,
    title: 'a sparse archive of 20 GiB',
    // It is refused for what it is, before any cap is reached.
    promise: promised('FIXTURE_UNSAFE', /"hole": it is sparse/),
    apps: ['sqlite'],
    inject: (scene) => sparse(scene, 'gnu'),
  },
  {
    number: 28,
    title: 'a sparse archive of 20 GiB in the form of POSIX',
    promise: promised('FIXTURE_UNSAFE', /it is sparse/),
    apps: ['sqlite'],
    inject: (scene) => sparse(scene, 'posix'),
  },
  unsafe('../', /"\.\.\/evil": its path leaves the archive/, { name: '../evil', content: 'x' }),
  unsafe('an absolute path', /"\/etc\/evil": its path leaves the archive/, { name: '/etc/evil', content: 'x' }),
  unsafe('a hard link that leads out', /"users": it is a hard link to a file outside/, {
    name: 'users',
    type: 'link',
    linkname: '../../etc/passwd',
  }),
  unsafe('a device', /"disk": it is a block-device/, { name: 'disk', type: 'block-device', devmajor: 8, devminor: 0 }),
  {
    number: 29,
    title: 'an archive with a file behind a symbolic link that leads out',
    // The engine unpacks below the volume's own root, and finds no such folder there.
    promise: promised('FIXTURE_CORRUPT', /out\/evil/),
    apps: ['sqlite'],
    async inject(scene) {
      const evil = join(scene.outside, 'evil')
      const link: ArchiveEntry = { name: 'out', type: 'symlink', linkname: scene.outside }
      const ran = await archive(scene, await tar(link, { name: 'out/evil', content: 'x' }))
      scene.expect(!existsSync(evil), 'it was unpacked on this machine')
      return ran
    },
  },
  {
    number: 30,
    title: "psql's shell in a dump",
    promise: { verdict: 'compatible' },
    apps: ['postgres'],
    async inject(scene) {
      const evil = join(scene.outside, 'evil')
      // In the database's own volume, where every later container of it has to have it.
      const mark = '/var/lib/postgresql/data/ran-here'
      const content = notesDump(10).replace(
        'COPY public.notes',
        `\\! touch ${mark}; mkdir -p ${scene.outside}; touch ${evil}\nCOPY public.notes`,
      )
      const smoke = `\n  - exec: { service: db, run: [ls, ${mark}] }${health}`
      const fixtures = '\n  - postgres: { service: db, dump: notes.sql }'
      await scene.write({ ...notes('postgres', { fixtures, smoke }), 'notes.sql': content })
      const ran = await scene.rehearse()
      scene.expect(!existsSync(evil), "a dump's command ran on this machine")
      scene.expect(hasRun(ran), 'nothing ran')
      return ran
    },
  },
]
