import { z } from 'zod'
import { command, commandLine, duration, object, pattern, service, text } from '../fields/index.ts'
import type { HopInput, StrategyStep } from './strategy.ts'

const judged = { require: pattern.optional(), forbid: pattern.optional(), within: duration.optional() }
const inService = {
  service,
  run: command,
  env: z.record(z.string(), z.string()).optional(),
  user: text.optional(),
  ...judged,
}

/** A command in a new container of a service; as it migrates data, it is run exactly once. */
export const oneShot = object({ ...inService, dependencies: z.boolean().default(false) })
/** A command inside a service that runs. */
export const inside = object(inService)
/** A command on this machine. */
export const here = object({ run: text, ...judged })

type OneShot = z.output<typeof oneShot>

/** The one-shot migration of a hop, while the named services are stopped. */
export function migration(options: OneShot, quiesced: readonly string[]): StrategyStep {
  return { ...once(options), quiesced, title: `migrate once: ${shown(options)}` }
}

export function once({ within, ...options }: OneShot): StrategyStep & { do: 'command' } {
  const title = `run once in ${options.service}: ${words(options.run)}`
  return { do: 'command', where: 'once', ...options, title, ...deadline(within) }
}

export function exec({ within, ...options }: z.output<typeof inside>): StrategyStep {
  const title = `run in ${options.service}: ${words(options.run)}`
  return { do: 'command', where: 'inside', ...options, title, ...deadline(within) }
}

export function onThisMachine({ within, run, ...options }: z.output<typeof here>): StrategyStep {
  return {
    do: 'command',
    where: 'here',
    run: ['sh', '-c', run],
    ...options,
    title: `run here: ${run}`,
    ...deadline(within),
  }
}

/** Where several steps change the release, this is how the target's definition takes over. */
export function switchTo(hop: HopInput): StrategyStep {
  return { do: 'create', release: hop.to, title: `change the pin to ${hop.version}, keep the volumes` }
}

function shown({ service, run }: OneShot): string {
  return `${words(run)} in ${service}`
}

/** A command on one line. */
function words(run: readonly string[]): string {
  return commandLine(run).replace(/\s+/g, ' ').trim()
}

function deadline(within: number | undefined): { readonly withinMs?: number } {
  return within === undefined ? {} : { withinMs: within }
}
