import { object } from '../fields/index.ts'
import { switchTo } from './command.ts'
import { defineStrategy } from './strategy.ts'

/** The application migrates by itself when it starts. */
export const restart = defineStrategy<object>({
  name: 'restart',
  summary:
    'Stops everything cleanly, then starts the target on the same volumes; the application migrates as it starts.',
  example: `strategy: restart
grace: 30s`,
  schema: object({}),
  named: () => ({}),
  steps: (hop) => [
    { do: 'stop', graceMs: hop.graceMs, title: 'stop all services cleanly' },
    switchTo(hop),
    { do: 'start', title: `start ${hop.version}` },
  ],
})
