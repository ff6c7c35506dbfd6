import { type Config, stackHome } from '../config/index.ts'
import type { Phase, Plan } from '../plan/plan.ts'
import type { DoorTarget } from '../stack/door.ts'
import type { RunningStack } from '../stack/stack.ts'

/** Variables that belong to the runner and its token: the user's test suite has no use for them. */
const withheld = /^(INPUT_|ACTIONS_|GITHUB_TOKEN$|STATE_)/

/** What the user's own commands find: our environment, and where and what they are to test. */
export function userEnvironment(
  env: NodeJS.ProcessEnv,
  config: Config,
  plan: Plan,
  targets: readonly DoorTarget[],
  stack: RunningStack,
): (phase: Phase, version: string) => Readonly<Record<string, string>> {
  const inherited = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => value !== undefined && !withheld.test(name)),
  )
  return (phase, version) => ({
    ...(inherited as Record<string, string>),
    ...addresses(config, targets, stack),
    REHEARSAL_PHASE: phase,
    REHEARSAL_VERSION: version,
    REHEARSAL_SOURCE: plan.releases[0]?.version ?? '',
    REHEARSAL_TARGET: plan.releases.at(-1)?.version ?? '',
  })
}

/** `BASE_URL`, and `<SERVICE>_URL` for the first port of each service that can be reached. */
function addresses(config: Config, targets: readonly DoorTarget[], stack: RunningStack): Record<string, string> {
  const found: Record<string, string> = {}
  const url = ({ service, port }: DoorTarget) => {
    const address = stack.address(service, port)
    return `http://${address.host}:${address.port}`
  }
  for (const target of targets) {
    const name = `${target.service.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_URL`
    found[name] ??= url(target)
  }
  const home = stackHome(config.stack)
  if (home === undefined) {
    if (targets[0]) found.BASE_URL = url(targets[0])
    return found
  }
  const { hostname, port, protocol } = new URL(home)
  const secure = protocol === 'https:'
  const address = url({ service: hostname, port: Number(port || (secure ? 443 : 80)) })
  found.BASE_URL = secure ? address.replace('http:', protocol) : address
  return found
}
