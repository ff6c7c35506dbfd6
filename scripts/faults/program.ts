import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const call = promisify(execFile)

/** Runs a program of this machine; fails where it fails. */
export async function run(program: string, ...args: readonly string[]): Promise<string> {
  return (await call(program, args, { maxBuffer: 64 * 1024 * 1024 })).stdout
}
