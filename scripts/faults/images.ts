import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { single } from '../../test/itg/apps.ts'
import { dockerConfig, forget, publish, startPrivateRegistry, startProxy, variant } from '../../test/itg/registry.ts'
import { ask, ownMachine } from './engine-command.ts'
import type { Fault } from './fault.ts'
import { hasRun, provenImages, type Ran } from './ran.ts'
import { textsOf } from './reports.ts'
import type { Scene } from './scene.ts'
import { publishNotes } from './shared.ts'
import { publishIndex } from './wrong-architecture.ts'

const docker = (...args: readonly string[]) => ask(ownMachine, ...args)

/** Both releases in a new repository of the registry, or seen through another host. What is pulled from it goes again. */
async function repository(scene: Scene, through?: string): Promise<string> {
  const published = await scene.shared.published()
  const own = await publishNotes(published, `notes-${randomUUID().slice(0, 8)}`)
  const name = through === undefined ? own : own.replace(published.registry.host, through)
  scene.atEnd(() => forget(`${name}:1.0`, `${name}:2.0`))
  return name
}

async function configure(scene: Scene, name: string, to = '2.0'): Promise<void> {
  await scene.write({ 'upgrade-rehearsal.yml': single({ to }).replace('rehearsal-test/app:1.0', `${name}:1.0`) })
}

function expectNothingRan(scene: Scene, ran: Ran): Ran {
  scene.expect(!hasRun(ran), 'something ran, without its image')
  return ran
}

/** Publishes a target with a layer that this machine's engine does not have. */
async function publishUnknown(reference: string): Promise<void> {
  const container = `rehearsal-faults-${randomUUID().slice(0, 8)}`
  await docker('run', '--name', container, 'rehearsal-test/app:2.0', 'sh', '-c', 'head -c 100000 /dev/urandom > /new')
  try {
    const local = `rehearsal-test/unknown:${randomUUID()}`
    await docker('commit', '--change', 'CMD ["app", "serve"]', container, local)
    await publish(local, reference)
    await forget(local)
  } finally {
    await docker('rm', container)
  }
}

/** A registry that says so often enough: on what a tag is, or on what it consists of. */
function limited(title: string, path: RegExp): Fault {
  return {
    number: 4,
    title: `429 for ${title}, with a stale local tag`,
    promise: {
      verdict: 'inconclusive',
      code: 'PULL_RATE_LIMIT',
      says: /notes-\w+:[12]\.0.*(rate limit|429|too many)/i,
    },
    apps: ['sqlite'],
    async inject(scene) {
      const { registry } = await scene.shared.published()
      let isLimited = false
      const errors = [{ code: 'TOOMANYREQUESTS', message: 'You have reached your pull rate limit.' }]
      const proxy = await startProxy(
        registry,
        (asked, answer) => {
          if (!isLimited || !path.test(asked.url ?? '')) return false
          answer.writeHead(429, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }))
          return true
        },
        scene.atEnd,
      )
      const name = await repository(scene, proxy.host)
      for (const tag of ['1.0', '2.0']) await docker('pull', '--quiet', `${name}:${tag}`)
      // The tag has moved since: what is here under it is not what would be upgraded to.
      await publishUnknown(`${name.replace(proxy.host, registry.host)}:2.0`)
      isLimited = true
      await configure(scene, name)
      return expectNothingRan(scene, await scene.rehearse())
    },
  }
}

const wrong = 'wrong-password-5519'

export const imageFaults: readonly Fault[] = [
  limited('the tag', /\/manifests\//),
  limited('the layers', /\/blobs\//),
  {
    number: 5,
    title: '401 for a wrong password',
    promise: { verdict: 'inconclusive', code: 'PULL_AUTH', says: /docker login/ },
    apps: ['sqlite'],
    async inject(scene) {
      const { registry } = await scene.shared.published()
      const closed = await startPrivateRegistry(registry)
      scene.atEnd(() => closed.remove())
      const name = await repository(scene, closed.host)
      const config = await dockerConfig(scene.atEnd)
      const auth = Buffer.from(`rehearser:${wrong}`).toString('base64')
      await writeFile(join(config, 'config.json'), JSON.stringify({ auths: { [closed.host]: { auth } } }))
      await configure(scene, name)
      const ran = expectNothingRan(scene, await scene.rehearse({ env: { DOCKER_CONFIG: config } }))
      const said = await textsOf(ran)
      scene.expect(![wrong, auth].some((secret) => said.includes(secret)), 'the password was told')
      return ran
    },
  },
  {
    number: 6,
    title: 'an unknown tag',
    promise: { verdict: 'inconclusive', code: 'PULL_NOT_FOUND', says: /notes-\w+:9\.9/ },
    apps: ['sqlite'],
    async inject(scene) {
      await configure(scene, await repository(scene), '9.9')
      return expectNothingRan(scene, await scene.rehearse())
    },
  },
  {
    number: 6,
    title: 'a tag for other architectures only',
    promise: { verdict: 'inconclusive', code: 'PULL_NOT_FOUND', says: /no matching manifest/ },
    apps: ['sqlite'],
    async inject(scene) {
      const name = await repository(scene)
      await publishIndex(`${name}:2.0`, 's390x')
      await configure(scene, name)
      return expectNothingRan(scene, await scene.rehearse())
    },
  },
  {
    number: 6,
    title: 'an image of another architecture',
    promise: { verdict: 'inconclusive', code: 'PULL_NOT_FOUND', says: /s390x|architecture|platform/ },
    apps: ['sqlite'],
    async inject(scene) {
      const name = await repository(scene)
      const folder = join(scene.outside, 'image')
      await mkdir(folder)
      // Its program is none that this machine can run.
      await writeFile(join(folder, 'app'), Buffer.from('7f454c4602020100000000000000000000020016', 'hex'), {
        mode: 0o755,
      })
      await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY app /app\nEXPOSE 8000\nCMD ["/app"]\n')
      const local = `rehearsal-test/other-architecture:${randomUUID()}`
      await docker('build', '--quiet', '--platform', 'linux/s390x', '--tag', local, folder)
      scene.atEnd(() => forget(local))
      await publish(local, `${name}:2.0`)
      await configure(scene, name)
      return await scene.rehearse()
    },
  },
  {
    number: 7,
    title: 'the tag moves in the middle of the run',
    promise: { verdict: 'compatible' },
    apps: ['sqlite'],
    async inject(scene) {
      const { newer } = await scene.shared.published()
      const name = await repository(scene)
      const digest = await publish(newer.name, `${name}:2.0`)
      const other = await variant('rehearsal-test/app:2.0-crash')
      scene.atEnd(() => forget(other.name))
      await configure(scene, name)
      let moving: Promise<string> | undefined
      const ran = await scene.rehearse({
        onOutput: (soFar) => {
          if (/✓ 1\.\d +pull/.test(soFar)) moving ??= publish(other.name, `${name}:2.0`)
        },
      })
      const moved = await moving
      scene.expect(moved !== undefined && moved !== digest, 'the tag did not move')
      scene.expect(ran.verdict?.to.images[0]?.digest === digest, 'the verdict names another digest than the first')
      scene.expect(provenImages(ran).at(-1) === newer.id, 'what ran was not the first digest')
      return ran
    },
  },
  {
    number: 8,
    title: 'source and target are one digest',
    promise: { verdict: 'inconclusive', code: 'SAME_IMAGE', says: /same image/ },
    apps: ['sqlite'],
    async inject(scene) {
      const { older } = await scene.shared.published()
      const name = await repository(scene)
      await publish(older.name, `${name}:2.0`)
      await configure(scene, name)
      return expectNothingRan(scene, await scene.rehearse())
    },
  },
]
