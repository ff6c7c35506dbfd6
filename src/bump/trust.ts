import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { readEvent } from './event.ts'
import { type GitTools, Repository } from './repository.ts'

/**
 * Keeps production's data from code that anybody may have written: for a pull request of a fork, fixtures are taken
 * only from the repository itself, where everybody can read them anyway. Throws UNTRUSTED_EVENT.
 */
export async function refuseSecretFixtures(config: Config, tools: GitTools): Promise<void> {
  const event = await readEvent(tools.env)
  if (!event || !('untrusted' in event) || event.untrusted === undefined) return
  if (event.kind === 'foreign') throw refusal(event.untrusted, 'nothing is rehearsed for it')
  for (const [index, { kind, options }] of config.fixtures.entries()) {
    const why = await secretIn(config, options, tools)
    if (why === undefined) continue
    throw refusal(event.untrusted, `the fixture ${config.at(['fixtures', index, kind])} ${why}`)
  }
}

async function secretIn(config: Config, options: unknown, tools: GitTools): Promise<string | undefined> {
  if (typeof options === 'object' && options !== null && 'decrypt' in options && options.decrypt) return 'is encrypted'
  const texts = [...stringsIn(options)]
  if (config.secrets.some((secret) => secret !== '' && texts.some((text) => text.includes(secret)))) {
    return 'takes a value from the environment'
  }
  for (const text of texts) {
    const path = resolve(config.folder, text)
    if (!(await stat(path).catch(() => undefined))) continue
    const isPublic = await Repository.open(config.folder, tools).then(
      (repository) => repository.holds(path),
      () => false,
    )
    if (!isPublic) return `is not part of the repository (${text})`
  }
  return undefined
}

function* stringsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) yield* stringsIn(inner)
}

function refusal(event: string, says: string): RehearsalError {
  return new RehearsalError('UNTRUSTED_EVENT', `${event}: ${says}`, {
    where: 'fixtures',
    hint: 'use a fixture that is committed, or rehearse a reviewed change on a branch of the repository itself',
  })
}
