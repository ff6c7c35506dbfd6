import { join, relative } from 'node:path'
import { Writable } from 'node:stream'
import { RehearsalError } from '../errors.ts'
import type { CommandPort } from '../shell/command.ts'
import { gitEnvironment } from '../shell/git-environment.ts'

export interface GitTools {
  readonly shell: CommandPort
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/** A file that differs between two commits. */
export interface ChangedFile {
  readonly path: string
  /** Whether the first of them has it, as a file and not as a link or a submodule. */
  readonly isThere: boolean
}

/** A clone, shallow or not. */
export class Repository {
  /** Its top folder. */
  readonly top: string
  readonly #tools: GitTools

  private constructor(top: string, tools: GitTools) {
    this.top = top
    this.#tools = tools
  }

  /** Throws USAGE where the folder is in no clone. */
  static async open(folder: string, tools: GitTools): Promise<Repository> {
    const found = await run(tools, folder, ['rev-parse', '--show-toplevel'])
    if (found.exitCode === 0) return new Repository(found.stdout.trim(), tools)
    throw new RehearsalError('USAGE', `${folder} is in no git repository: ${lastLine(found.stderr)}`, {
      hint: 'a version bump is found by comparing two commits; check the repository out first',
    })
  }

  async commit(revision: string): Promise<string | undefined> {
    const found = await this.#git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
    return found.exitCode === 0 ? found.stdout.trim() : undefined
  }

  /** The commit, fetched where a shallow clone lacks it. Throws USAGE. */
  async fetched(revision: string): Promise<string> {
    const here = await this.commit(revision)
    if (here !== undefined) return here
    const fetching = await this.#git(['fetch', '--quiet', '--no-tags', '--depth=1', 'origin', revision])
    const got = fetching.exitCode === 0 ? await this.commit('FETCH_HEAD') : undefined
    if (got !== undefined) return got
    throw new RehearsalError(
      'USAGE',
      `the base ${revision} is not in this clone and can't be fetched: ${lastLine(fetching.stderr) || 'no such commit'}`,
      { hint: 'let the checkout bring it: fetch-depth: 0 for actions/checkout, GIT_DEPTH: 0 for GitLab' },
    )
  }

  /** Parents of a commit as it names them, also those that a shallow clone lacks. */
  async parents(commit: string): Promise<string[]> {
    const { stdout } = await this.#git(['cat-file', '-p', commit])
    const head = stdout.split('\n\n', 1)[0] ?? ''
    return [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent = '']) => parent)
  }

  /** Where two branches parted; the whole history is fetched where a shallow clone can't tell. */
  async mergeBase(one: string, other: string): Promise<string | undefined> {
    const find = async () => {
      const { exitCode, stdout } = await this.#git(['merge-base', one, other])
      return exitCode === 0 ? stdout.trim() : undefined
    }
    const isShallow = (await this.#git(['rev-parse', '--is-shallow-repository'])).stdout.trim() === 'true'
    if (isShallow) await this.#git(['fetch', '--quiet', '--no-tags', '--unshallow', 'origin'])
    return await find()
  }

  /** A file's text at a commit; undefined where the commit has no such file. */
  async textAt(commit: string, path: string): Promise<string | undefined> {
    const found = await this.#git(['cat-file', 'blob', `${commit}:${relative(this.top, path)}`])
    if (found.exitCode === 0) return found.stdout
    if (/does not exist|exists on disk, but not in/.test(found.stderr)) return undefined
    throw new RehearsalError('USAGE', `${path} can't be read at ${commit}: ${lastLine(found.stderr)}`)
  }

  /** The same as bytes, of any size. Throws USAGE where there is no such file. */
  async bytesAt(commit: string, path: string): Promise<Buffer> {
    const argv = ['cat-file', 'blob', `${commit}:${relative(this.top, path)}`]
    return await this.#bytes(argv, `${path} can't be read at ${commit}`)
  }

  /** What differs between two commits, paths in full. Throws USAGE. */
  async changes(from: string, to: string): Promise<ChangedFile[]> {
    const argv = ['diff', '--raw', '-z', '--no-renames', '--no-abbrev', '--ignore-submodules', from, to]
    const told = (await this.#bytes(argv, `${from} can't be compared with ${to}`)).toString()
    // `:100644 100755 SHA SHA M`, then the path.
    return [...told.matchAll(/:(\d{6}) [^\0]*\0([^\0]+)\0/g)].map(([, mode = '', name = '']) => ({
      path: join(this.top, name),
      isThere: mode.startsWith('100'),
    }))
  }

  /** Whether a file, or everything in a folder, is part of the repository. */
  async holds(path: string): Promise<boolean> {
    const tracked = await this.#git(['ls-files', '--error-unmatch', '--', path])
    const others = await this.#git(['ls-files', '--others', '--', path])
    return tracked.exitCode === 0 && others.stdout === ''
  }

  /** All that git prints, however much that is. */
  async #bytes(argv: readonly string[], otherwise: string): Promise<Buffer> {
    const chunks: Buffer[] = []
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk)
        done()
      },
    })
    const { exitCode, stderr } = await run(this.#tools, this.top, argv, stdout)
    if (exitCode === 0) return Buffer.concat(chunks)
    throw new RehearsalError('USAGE', `${otherwise}: ${lastLine(stderr)}`)
  }

  #git(argv: readonly string[]) {
    return run(this.#tools, this.top, argv)
  }
}

function run({ shell, env, signal }: GitTools, folder: string, argv: readonly string[], stdout?: Writable) {
  const options = { env: gitEnvironment(env), signal, ...(stdout ? { stdout } : {}) }
  return shell.run(['git', '-C', folder, ...argv], options)
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? ''
}
