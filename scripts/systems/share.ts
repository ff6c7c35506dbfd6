import { execFileSync } from 'node:child_process'
import { root } from '../root.ts'
import type { Scenario } from './scenarios.ts'

/** Of the traps, each check of a change rehearses one part; three changes have seen all. */
const parts = 3
/** Always rehearsed: what each guide promises. */
const documented = 'as documented'

/** Which of them this commit is checked with, and the same in words. */
export function shareOf(
  scenarios: readonly Scenario[],
  id = commit(),
): { readonly chosen: Scenario[]; readonly told: string } {
  const part = partOf(id)
  const traps = scenarios.filter(({ name }) => name !== documented)
  const own = traps.filter((_, index) => index % parts === part)
  const told = `part ${part + 1} of ${parts} of the traps: ${own.length} of ${traps.length}, as the commit has it; all of them: npm run systems`
  return { chosen: scenarios.filter((one) => one.name === documented || own.includes(one)), told }
}

/** The same commit has the same part, on every machine. */
export function partOf(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) % parts
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim()
  } catch {
    // An archive without history is checked with the first part.
    return '0'
  }
}
