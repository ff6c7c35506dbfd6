import { expect, test } from 'vitest'
import { single } from './apps.ts'
import { rehearse } from './harness.ts'

test('what the application prints is no command for a runner, in a step that runs the command line too', async () => {
  const smoke = '\n  - suite: { run: "echo ::error::from the suite; echo ##[error]from the suite; false" }'
  const { output } = await rehearse({ 'upgrade-rehearsal.yml': single({ smoke }) }, { env: { GITHUB_ACTIONS: 'true' } })
  const printed = output.split('\n').filter((line) => line.includes('from the suite'))
  expect(printed.length).toBeGreaterThan(0)
  for (const line of printed) expect(line).not.toMatch(/^\s*::|##\[/)
})
