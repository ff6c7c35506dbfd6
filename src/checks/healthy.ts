import type { z } from 'zod'
import { listOf, service } from '../fields/index.ts'
import type { ContainerState } from '../run/journal.ts'
import { defineCheck } from './check.ts'

const schema = listOf(service)
type Options = z.output<typeof schema>

/** The engine's own health of services. */
export const healthy = defineCheck<Options>({
  name: 'healthy',
  summary:
    'The named services run and, where they have a health check, the engine calls them healthy. A one-shot service that exited 0 is fine.',
  example: 'healthy: [web, db]',
  schema,
  title: (services) => services.join(', '),
  services: (services) => services,
  async observe(services, context) {
    const containers = await context.stack.containers()
    for (const name of services) {
      const own = containers.filter((container) => container.service === name)
      const ill = own.find((container) => !isWell(container))
      if (own.length === 0 || ill) {
        const actual = ill ? describeContainer(ill) : 'no container'
        return {
          outcome: 'failed',
          service: name,
          expected: `${name} is running and healthy`,
          actual: `${name}: ${actual}`,
        }
      }
    }
    return { outcome: 'passed' }
  },
})

function isWell(container: ContainerState): boolean {
  if (container.status === 'exited') return container.exitCode === 0
  return container.status === 'running' && (container.health === undefined || container.health === 'healthy')
}

function describeContainer(container: ContainerState): string {
  const code = container.status === 'exited' ? ` with code ${container.exitCode}` : ''
  const health = container.health ? `, ${container.health}` : ''
  return `${container.status}${code}${health}`
}
