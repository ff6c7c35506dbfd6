import { readFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { cacheKey, hashPath } from '../cache/key.ts'
import type { Config } from '../config/index.ts'
import { allFixtures, checkedFiles, fixturePath, fixtureTitle } from '../plan/kinds.ts'
import type { Plan } from '../plan/plan.ts'
import type { Sink } from '../redact/index.ts'
import type { ResolvedImage } from '../releases/release.ts'
import type { ComposeRead } from '../stack/read-compose.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { toolVersion } from '../version.ts'
import { settingsOf } from './baseline-cache.ts'

/** What a rehearsal is known by: with the same of all this, it has the same verdict. */
export interface ProofInput {
  readonly config: Config
  readonly plan: Plan
  readonly releases: readonly ComposeRead[]
  readonly scratch: string
  readonly signal: AbortSignal
}

/** An earlier pass, with the rehearsal that it is of. */
export interface Proof {
  readonly verdict: Verdict
  readonly runId: string
  readonly at: string
}

const format = 1
const schema = z.object({
  format: z.literal(format),
  key: z.string(),
  verdict: z.looseObject({ runId: z.string(), verdict: z.literal('compatible'), finishedAt: z.string() }),
})

/**
 * The key of a rehearsal: digests of all images, content of the backups and of every file that the stack reads, the
 * configuration, the plan, and this tool's version. What an allowance covers changes on the day that it ends.
 */
export async function proofKey(input: ProofInput, images: readonly ResolvedImage[]): Promise<string> {
  const { config, plan, releases, scratch, signal } = input
  const today = new Date().toISOString().slice(0, 10)
  const fixtures = await Promise.all(
    allFixtures(config).map(async (fixture, index) => {
      const path = fixturePath(fixture, config.folder)
      const name = `${index} ${fixtureTitle(fixture)}`
      // What the rehearsal makes itself is known by how it is made.
      return [name, path === undefined ? '' : await hashPath(path, signal).catch(() => '')] as const
    }),
  )
  const checked = checkedFiles(config).map((file) => resolve(config.folder, file))
  const configuration = {
    written: writtenIn(config),
    releases: plan.releases,
    settings: await settingsOf(config, releases, signal),
    checked: await Promise.all(checked.map((path) => hashPath(path, signal).catch(() => ''))),
    expired: plan.allowances.map(({ until }) => until < today),
  }
  return cacheKey({
    tool: toolVersion,
    images: Object.fromEntries(images.map(({ reference, digest, id }) => [reference, digest ?? id])),
    fixtures: Object.fromEntries(fixtures),
    configuration: JSON.parse(JSON.stringify(configuration).replaceAll(scratch, '').replaceAll(config.folder, '')),
    arch: arch(),
  })
}

/** Without what only says where files lie, and how paths share their work. */
function writtenIn(config: Config) {
  const {
    file: _file,
    folder: _folder,
    secrets: _secrets,
    at: _at,
    shared: _shared,
    capture: _capture,
    ...written
  } = config
  const { proven: _proven, ...path } = written.path
  return { ...written, path, checkpoint: { forks: written.checkpoint.forks } }
}

/** The earlier pass of that key; undefined where there is none that can be read. */
export async function readProof(config: Config, key: string): Promise<Proof | undefined> {
  const text = await readFile(proofPath(config, key), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const { verdict, key: own } = schema.parse(JSON.parse(text))
    return own === key
      ? { verdict: verdict as unknown as Verdict, runId: verdict.runId, at: verdict.finishedAt }
      : undefined
  } catch {
    // Cut off, or of another version: then it is rehearsed.
    return undefined
  }
}

/** Keeps a pass. Throws NO_SPACE and EVIDENCE_LOST. */
export async function writeProof(config: Config, key: string, verdict: Verdict, sink: Sink): Promise<void> {
  await sink.writeFile(proofPath(config, key), JSON.stringify({ format, key, verdict }))
}

function proofPath({ folder, path }: Config, key: string): string {
  return join(resolve(folder, path.proven ?? ''), `proven-${key.slice(0, 16)}.json`)
}
