import { getInput } from '@actions/core'
import { RehearsalError } from '../errors.ts'
import type { Request } from '../request.ts'

const commands = ['run', 'bump', 'plan', 'merge', 'bisect', 'validate', 'clean'] as const

/** What the step is to do. */
export interface Inputs {
  readonly command: (typeof commands)[number]
  /** Of `run`: every path of the matrix. */
  readonly all: boolean
  readonly request: Request
  /** What only some commands look at; undefined where nothing is given. */
  readonly tier: string | undefined
  readonly jobs: string | undefined
  readonly durations: string | undefined
  readonly matrix: string | undefined
  readonly base: string | undefined
  readonly reports: readonly string[]
}

/** Inputs as GitHub hands them over, parsed strictly: a typo is an error, never a default. Throws USAGE. */
export function readInputs(): Inputs {
  const written = optional('command') ?? 'run'
  const command = commands.find((one) => one === written)
  if (!command) {
    throw new RehearsalError('USAGE', `the input "command" is "${written}"; write one of: ${commands.join(', ')}`)
  }
  const [all, strict, noCache, capture] = [flag('all'), flag('strict'), flag('no-cache'), flag('capture')]
  if (all && command !== 'run') {
    throw new RehearsalError('USAGE', `the input "all" is for the command "run", and this one is "${command}"`)
  }
  if (capture && command !== 'run') {
    throw new RehearsalError('USAGE', `the input "capture" is of the command run, and "command" is "${command}"`)
  }
  const values = {
    config: optional('config'),
    from: optional('from'),
    to: optional('to'),
    toImage: optional('to-image'),
    path: optional('path'),
  }
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
  return {
    command,
    all,
    request: { ...given, reportDir: optional('report-dir') ?? 'upgrade-report', strict, keep: false, noCache, capture },
    tier: optional('tier'),
    jobs: optional('jobs'),
    durations: optional('durations'),
    matrix: optional('matrix'),
    base: optional('base'),
    reports: (optional('reports') ?? 'reports').split(/\s*\n\s*/).filter(Boolean),
  }
}

function optional(name: string): string | undefined {
  return getInput(name) || undefined
}

function flag(name: string): boolean {
  const written = optional(name) ?? 'false'
  if (written === 'true' || written === 'false') return written === 'true'
  throw new RehearsalError('USAGE', `the input "${name}" is "${written}"; write true or false`)
}
