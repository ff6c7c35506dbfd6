import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { folderWith } from '../config/folder.ts'

const call = promisify(execFile)
const who = ['-c', 'user.name=T', '-c', 'user.email=t@example.org', '-c', 'init.defaultBranch=main']

/** A repository of the test's own. */
export interface Origin {
  readonly folder: string
  git(...argv: string[]): Promise<string>
  /** Writes files, or removes those that are null; gives the commit. */
  commit(files: Readonly<Record<string, string | null>>): Promise<string>
}

export async function origin(files: Readonly<Record<string, string>>): Promise<Origin> {
  const folder = await folderWith({})
  const git = async (...argv: string[]) => (await call('git', ['-C', folder, ...who, ...argv])).stdout.trim()
  await git('init', '--quiet')
  await git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  const commit: Origin['commit'] = async (changes) => {
    for (const [name, content] of Object.entries(changes)) {
      if (content === null) await git('rm', '--quiet', name)
      else await writeFile(join(folder, name), content)
    }
    await git('add', '--all')
    await git('commit', '--quiet', '--allow-empty', '--message', 'change')
    return await git('rev-parse', 'HEAD')
  }
  await commit(files)
  return { folder, git, commit }
}

/** A checkout as a runner makes it: one commit deep, detached. */
export async function shallow(from: Origin, commit: string): Promise<string> {
  const folder = await folderWith({})
  const git = (...argv: string[]) => call('git', ['-C', folder, ...who, ...argv])
  await git('init', '--quiet')
  await git('remote', 'add', 'origin', `file://${from.folder}`)
  await git('fetch', '--quiet', '--no-tags', '--depth=1', 'origin', commit)
  await git('checkout', '--quiet', '--detach', 'FETCH_HEAD')
  return folder
}

/** The commit that GitHub makes of a pull request to test it. */
export async function mergeOf(from: Origin, base: string, head: string): Promise<string> {
  await from.git('checkout', '--quiet', '--detach', base)
  await from.git('merge', '--quiet', '--no-ff', '--no-edit', head)
  return await from.git('rev-parse', 'HEAD')
}

/** The payload of a pull request's event, and the environment that tells of it. */
export async function pullRequest(
  base: string,
  head: string,
  repositories: { readonly from?: string | null; readonly event?: string } = {},
): Promise<NodeJS.ProcessEnv> {
  const { from = 'acme/ops', event = 'pull_request' } = repositories
  const payload = {
    action: 'synchronize',
    pull_request: {
      number: 7,
      base: { ref: 'main', sha: base, repo: { full_name: 'acme/ops' } },
      head: { ref: 'renovate/app', sha: head, repo: from === null ? null : { full_name: from } },
    },
  }
  const folder = await folderWith({ 'event.json': JSON.stringify(payload) })
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: join(folder, 'event.json'),
  }
}
