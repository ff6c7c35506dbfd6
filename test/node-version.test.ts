import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { nodeTooOld } from '../src/version.ts'

test('an older Node is told so', () => {
  for (const version of ['18.0.0', '20.20.2', '22.0.0', '22.21.9']) expect(nodeTooOld(version)).toContain(version)
  for (const version of ['22.22.0', '24.0.0', '25.1.0']) expect(nodeTooOld(version)).toBeUndefined()
  expect(nodeTooOld('20.0.0')).toContain(`Node ${manifest.engines.node.replace('>=', '')}`)
})
