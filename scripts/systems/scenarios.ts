import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { root } from '../root.ts'

const expectation = z.strictObject({
  verdict: z.enum(['compatible', 'compatible-with-warnings', 'incompatible', 'inconclusive']),
  /** Code of the first reason. */
  reason: z.string().optional(),
  /** Part of what a reason says. */
  says: z.string().optional(),
  /** Outcomes of ways back; without any, none is tried. */
  rollback: z.record(z.string(), z.string()).optional(),
})

const trap = z.strictObject({
  name: z.string(),
  shows: z.string(),
  /** Another configuration than the system's own, in its folder. */
  config: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  /** Path in the configuration → what stands there instead. */
  change: z.record(z.string(), z.json()).optional(),
  expect: expectation,
})

/** One rehearsal of a system and the verdict that it has to end with. */
export interface Scenario extends z.output<typeof trap> {
  readonly system: string
}

const systems = ['svrunner', 'storeit', 'specivo', 'infrahub', 'runbook'] as const

/** Every system's own way and its traps, as `examples/SYSTEM/traps.yml` lists them. */
export async function loadScenarios(): Promise<Scenario[]> {
  const all = await Promise.all(
    systems.map(async (system) => {
      const folder = join(root, 'examples', system)
      const names: string[] = await readdir(folder).catch(() => [])
      if (!names.includes('traps.yml')) return []
      const traps = z.array(trap).parse(parse(await readFile(join(folder, 'traps.yml'), 'utf8')))
      const expect = { verdict: 'compatible' as const, rollback: {} }
      const own = { name: 'as documented', shows: 'the documented upgrade and ways back', expect }
      // The list may say more of it than that it works.
      const all = traps.some(({ name }) => name === own.name) ? traps : [own, ...traps]
      return all.map((one): Scenario => ({ system, ...one }))
    }),
  )
  return all.flat()
}

/** The text of the configuration with the changes of a scenario. */
export function changed(text: string, change: Scenario['change']): unknown {
  const config = parse(text) as Record<string, unknown>
  for (const [path, value] of Object.entries(change ?? {})) {
    const keys = path.split('.')
    const last = keys.pop() as string
    let node: Record<string, unknown> = config
    for (const key of keys) {
      node[key] ??= {}
      node = node[key] as Record<string, unknown>
    }
    node[last] = value
  }
  return config
}
