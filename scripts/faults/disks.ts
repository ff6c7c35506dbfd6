import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { notesDump } from '../../test/itg/apps.ts'
import { noise, tar } from './archives.ts'
import { type App, both, type Fault, type Promised } from './fault.ts'
import { health, notes } from './notes.ts'
import { run } from './program.ts'
import { hasRun } from './ran.ts'
import type { Scene } from './scene.ts'

const mega = 2 ** 20
const full = (says: RegExp) => ({ verdict: 'inconclusive', code: 'NO_SPACE', says }) as const

/** A backup of more than there is room for. */
async function large(app: App, bytes: number) {
  if (app === 'sqlite') {
    const fixtures = '\n  - volume: { name: data, archive: data.tar }'
    return {
      ...notes(app, { fixtures, smoke: health }),
      'data.tar': await tar({ name: 'file', content: noise(bytes) }),
    }
  }
  const row = `note ${noise(2 ** 16).toString('hex')}`
  const rows = Array.from({ length: Math.ceil(bytes / row.length) }, (_, index) => `${index + 100}\t${row}\n`)
  return {
    ...notes(app, { smoke: health }),
    'notes.sql': notesDump(10).replace('stdin;\n', `stdin;\n${rows.join('')}`),
  }
}

/** On an engine whose disk has only so much room left. */
async function crowded(scene: Scene, room: number) {
  const island = await scene.shared.island()
  scene.atEnd(() => island.leaveRoom(undefined))
  await island.leaveRoom(room)
  return await scene.rehearse({ reach: island.reach })
}

/** A file system as small as this for the report alone. */
async function smallFolder(scene: Scene, size: string): Promise<string> {
  const folder = join(scene.outside, 'small')
  await mkdir(folder)
  await run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder)
  scene.atEnd(() => run('umount', folder))
  return folder
}

/** More lines than there is room for, on both sides. */
function talkative(app: App) {
  const command = 'command: [sh, -c, "seq 1 200000; exec app serve"]'
  const files = notes(app)
  const [name, from, to] =
    app === 'sqlite'
      ? ['upgrade-rehearsal.yml', '  ports: [8000]\n', `  ports: [8000]\n  ${command}\n`]
      : ['docker-compose.yml', '    restart: always\n', `    restart: always\n    ${command}\n`]
  return { ...files, [name]: String(files[name]).replace(from, to) }
}

function fullReport(title: string, size: string, promise: Promised): Fault {
  return {
    number: 11,
    title: `a full disk while the reports are written, ${title}`,
    promise,
    apps: both,
    async inject(scene, { app }) {
      const folder = await smallFolder(scene, size)
      await scene.write(talkative(app))
      return await scene.rehearse({ args: ['--report-dir', folder], reports: folder })
    },
  }
}

export const diskFaults: readonly Fault[] = [
  {
    number: 9,
    title: 'a full disk in the pull',
    promise: full(/no space left/),
    alone: true,
    apps: ['sqlite'],
    async inject(scene) {
      const island = await scene.shared.island()
      const name = `${island.registry}/notes`
      await island.docker(
        'run',
        '--name',
        'large',
        'rehearsal-test/app:2.0',
        'sh',
        '-c',
        `head -c ${64 * mega} /dev/urandom > /large`,
      )
      await island.docker('commit', 'large', `${name}:2.0`)
      await island.docker('tag', 'rehearsal-test/app:1.0', `${name}:1.0`)
      for (const tag of ['1.0', '2.0']) await island.docker('push', '--quiet', `${name}:${tag}`)
      await island.docker('rm', 'large')
      await island.docker('rmi', `${name}:1.0`, `${name}:2.0`)
      const files = notes('sqlite')
      const config = String(files['upgrade-rehearsal.yml']).replace('rehearsal-test/app:1.0', `${name}:1.0`)
      await scene.write({ 'upgrade-rehearsal.yml': config })
      const ran = await crowded(scene, 24 * mega)
      scene.expect(!hasRun(ran), 'something ran, without its image')
      return ran
    },
  },
  {
    number: 10,
    title: 'a full disk in the restore',
    promise: full(/no space left/i),
    alone: true,
    apps: ['sqlite', 'postgres'],
    async inject(scene, { app }) {
      await scene.write(await large(app, 192 * mega))
      return await crowded(scene, 96 * mega)
    },
  },
  fullReport('by the logs', '512k', full(/no space left/)),
  fullReport('with little room from the start', '128k', full(/no space left/)),
  // What stands there from the first second on is all that there is room for: the screen says why.
  fullReport('with no room for a verdict', '8k', {
    ...full(/NO_SPACE: can't write .*no space left/),
    code: 'CANCELLED',
  }),
]
