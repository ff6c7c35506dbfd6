import { lstat, mkdir, symlink } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { filesAt } from '../fields/index.ts'
import type { Reading } from '../releases/resolve.ts'
import type { CommandPort } from '../shell/command.ts'
import { dockerEnv } from './engine.ts'

export interface SourceInput {
  readonly config: Config
  readonly scratch: string
  readonly shell: CommandPort
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/**
 * The folder that one release's Compose file and build contexts are read from: the configuration's own, a checkout, or
 * a git ref laid out beside the operator's untracked files. Throws CONFIG where the ref does not exist.
 */
export async function sourceFolder(input: SourceInput, reading: Reading): Promise<string> {
  const { stack, folder } = input.config
  const source = 'source' in stack ? stack.source : undefined
  if (source?.checkout) {
    return resolve(folder, filesAt(source.checkout, reading.place, reading.version)[0] as string)
  }
  if (source?.git === undefined) return folder
  const repository = resolve(folder, source.git)
  const top = (await git(input, repository, ['rev-parse', '--show-toplevel'])).trim()
  const commit = await commitOf(input, top, reading.ref)
  const into = join(input.scratch, `source-${reading.index}`)
  await mkdir(into, { recursive: true, mode: 0o700 })
  const archive = join(input.scratch, `source-${reading.index}.tar`)
  await git(input, top, ['archive', '--format=tar', `--output=${archive}`, commit])
  await call(input, ['tar', '--extract', '--file', archive, '--directory', into])
  await linkUntracked(input, top, into)
  return join(into, relative(top, folder))
}

async function commitOf(input: SourceInput, top: string, ref: string): Promise<string> {
  const named = await call(input, ['git', '-C', top, 'rev-parse', '--verify', '--quiet', `${ref}^{commit}`], 'any')
  if (named.exitCode === 0) return named.stdout.trim()
  throw new RehearsalError(
    'CONFIG',
    `${input.config.at(['stack', 'source', 'git'])}: the repository has no ref "${ref}"`,
    {
      hint: 'does path.tags say how a version becomes a ref, and has the checkout fetched all tags?',
    },
  )
}

/** Settings and secrets are no part of the repository; the operator has them beside its files. */
async function linkUntracked(input: SourceInput, top: string, into: string): Promise<void> {
  const listed = await git(input, top, ['ls-files', '--others', '--directory', '-z'])
  for (const name of listed.split('\0')) {
    if (name === '' || name.endsWith('/') || !(await leadsInside(into, dirname(name)))) continue
    await mkdir(join(into, dirname(name)), { recursive: true })
    await symlink(join(top, name), join(into, name)).catch((cause) => {
      // A file that the ref has is the ref's.
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause
    })
  }
}

/** False where the ref has a link or a file in the place of a folder: what lies behind it is none of this run's. */
async function leadsInside(root: string, folder: string): Promise<boolean> {
  let path = root
  for (const part of folder.split('/')) {
    path = join(path, part)
    const found = await lstat(path).catch(() => undefined)
    if (found && !found.isDirectory()) return false
  }
  return true
}

async function git(input: SourceInput, folder: string, argv: readonly string[]): Promise<string> {
  return (await call(input, ['git', '-C', folder, ...argv])).stdout
}

async function call({ shell, env, signal, config }: SourceInput, argv: readonly string[], exitCode: 0 | 'any' = 0) {
  const result = await shell.run(argv, { env: dockerEnv(env), signal })
  if (exitCode === 'any' || result.exitCode === 0) return result
  const said = result.stderr.trim().split('\n').at(-1) ?? ''
  throw new RehearsalError('CONFIG', `${config.at(['stack', 'source'])}: ${argv[0]} says: ${said}`)
}
