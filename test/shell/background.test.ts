import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { execaCommand } from '../../src/shell/execa-command.ts'

test('what a program leaves running in the background ends with it', async () => {
  const argv = ['sh', '-c', 'sleep 600 >/dev/null 2>&1 & echo $!']
  const { exitCode, stdout } = await execaCommand.run(argv, {
    env: { PATH: process.env.PATH ?? '' },
    signal: new AbortController().signal,
  })
  expect(exitCode).toBe(0)
  const stat = `/proc/${stdout.trim()}/stat`
  const state = existsSync(stat) ? readFileSync(stat, 'utf8').split(') ').at(-1)?.charAt(0) : 'gone'
  // Dead and not yet taken notice of is as good as gone.
  expect(['gone', 'Z', 'X']).toContain(state)
})
