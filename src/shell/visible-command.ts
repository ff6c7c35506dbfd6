import { endGroup, startGroup } from '@actions/core'
import { exec } from '@actions/exec'

/** Runs a program for people to read, in a group of the Action's log. Its failure is shown and changes nothing. */
export async function runVisibly(title: string, argv: readonly [string, ...string[]]): Promise<void> {
  startGroup(title)
  const [program, ...args] = argv
  await exec(program, args, { ignoreReturnCode: true }).catch(() => undefined)
  endGroup()
}
