import { randomUUID } from 'node:crypto'
import { ask, ownMachine } from './engine-command.ts'

/** A container with a volume and a network that belong to somebody else, and have to outlive every fault. */
export interface Bystanders {
  /** What has become of them that should not have. */
  complaints(): Promise<string[]>
  remove(): Promise<void>
}

const docker = (...args: readonly string[]) => ask(ownMachine, ...args)

export async function startBystanders(): Promise<Bystanders> {
  const name = `rehearsal-faults-bystander-${randomUUID().slice(0, 8)}`
  const label = ['--label', `rehearsal-faults.bystander=${name}`]
  await docker('network', 'create', ...label, name)
  await docker('volume', 'create', ...label, name)
  const image = 'rehearsal-test/base:latest'
  const script = 'echo precious > /kept/file; exec sleep infinity'
  const place = ['--network', name, '--volume', `${name}:/kept`]
  await docker('run', '--detach', '--init', '--name', name, ...label, ...place, image, 'sh', '-c', script)
  const look = async () => {
    const state = await docker('inspect', '--format', '{{.Id}} {{.State.Status}} {{.State.StartedAt}}', name)
    const network = await docker('network', 'inspect', '--format', '{{.Id}} {{len .Containers}}', name)
    const file = await docker('exec', name, 'cat', '/kept/file')
    return `${state}${network}${file}`
  }
  const before = await look()
  return {
    complaints: async () => {
      const now = await look().catch((cause: Error) => cause.message)
      return now === before ? [] : [`a bystander was touched: ${now}`]
    },
    remove: async () => {
      await docker('rm', '--force', name)
      await docker('volume', 'rm', name)
      await docker('network', 'rm', name)
    },
  }
}
