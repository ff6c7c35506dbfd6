import type { Strategy } from './strategy.ts'

/** The application migrates by itself when it starts. */
export const restart: Strategy = {
  name: 'restart',
  summary:
    'Stops everything cleanly, then starts the target on the same volumes; the application migrates as it starts.',
  steps: (hop) => [
    { do: 'stop', graceMs: hop.graceMs, title: 'stop all services cleanly' },
    { do: 'create', release: hop.to, title: `change the pin to ${hop.version}, keep the volumes` },
    { do: 'start', title: `start ${hop.version}` },
  ],
}
