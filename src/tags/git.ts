import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { RehearsalError } from '../errors.ts'
import { text } from '../fields/index.ts'
import { gitEnvironment } from '../shell/git-environment.ts'
import { defineTagSource } from './tag-source.ts'

/** A leading dash would be an option of git's, and its ext:: transport runs a program. */
const schema = text.refine((value) => !value.startsWith('-') && !/^\w+::/.test(value), {
  error: 'write the URL of a git repository, or its folder',
})

/** Tags of a git repository, near or far. */
export const git = defineTagSource<string>({
  name: 'git',
  summary: 'The tags of a git repository: its URL, or the folder of a checkout that has fetched them.',
  example: 'git: https://git.example.org/acme/app.git',
  schema,
  title: (repository) => withoutUser(repository),
  async list(repository, { folder, env, shell, signal, withinMs, onSecret }) {
    const local = resolve(folder, repository)
    const isFolder = await stat(local).then(
      (found) => found.isDirectory(),
      () => false,
    )
    const password = /^\w+:\/\/[^/@]*:([^/@]+)@/.exec(repository)?.[1]
    if (password !== undefined) onSecret(password, 'the password of a git repository')
    const result = await shell.run(['git', 'ls-remote', '--tags', '--refs', '--', isFolder ? local : repository], {
      env: gitEnvironment(env),
      signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
    })
    if (result.exitCode !== 0) throw refusal(withoutUser(repository), result.stderr)
    return [...result.stdout.matchAll(/\trefs\/tags\/(.+)$/gm)].map(([, tag = '']) => ({ tag }))
  },
})

function withoutUser(repository: string): string {
  return repository.replace(/^(\w+:\/\/)[^/@]*@/, '$1')
}

function refusal(title: string, stderr: string): RehearsalError {
  const said =
    stderr
      .trim()
      .split('\n')
      .find((line) => /fatal|denied|error/i.test(line)) ?? stderr.trim()
  const auth = /authentication|could not read (username|password)|permission denied|\b40[13]\b/i.test(stderr)
  const absent = /not found|does not exist|does not appear to be a git repository/i.test(stderr)
  return new RehearsalError(
    auth ? 'PULL_AUTH' : absent ? 'PULL_NOT_FOUND' : 'PULL_FAILED',
    `can't list the tags of ${title}: ${withoutUserAnywhere(said)}`,
    { where: title, hint: 'does "git ls-remote --tags" with this address work on this machine?' },
  )
}

function withoutUserAnywhere(said: string): string {
  return said.replace(/(\w+:\/\/)[^/@\s]*@/g, '$1')
}
