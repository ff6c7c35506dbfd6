import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { RehearsalError } from '../errors.ts'

/** What a workflow runs for, as far as it concerns a version bump. */
export type CiEvent =
  | { readonly kind: 'pull-request'; readonly base: string; readonly head: string; readonly untrusted?: string }
  /** A push to a branch that is to be merged, such as a bot's. */
  | { readonly kind: 'branch'; readonly branch: string; readonly into: string }
  /** It runs with the repository's secrets for code that anybody may have written. */
  | { readonly kind: 'foreign'; readonly untrusted: string }
  | { readonly kind: 'other'; readonly name: string }

const repository = z.object({ full_name: z.string() }).nullish()
const pullRequest = z.object({
  pull_request: z.object({
    number: z.number(),
    base: z.object({ sha: z.string(), repo: repository }),
    head: z.object({ sha: z.string(), repo: repository }),
  }),
})
const push = z.object({ ref: z.string(), repository: z.object({ default_branch: z.string() }) })
const workflowRun = z.object({ workflow_run: z.object({ event: z.string() }) })

/** The event that GitHub tells of in a file; undefined outside of its runners. Throws USAGE where the file is none. */
export async function readEvent(env: NodeJS.ProcessEnv): Promise<CiEvent | undefined> {
  const { GITHUB_EVENT_NAME: name, GITHUB_EVENT_PATH: path } = env
  if (!name || !path) return undefined
  if (name === 'pull_request_target') {
    return {
      kind: 'foreign',
      untrusted: 'pull_request_target runs with secrets for code that anybody may have written',
    }
  }
  const read = async <Shape extends z.ZodType>(shape: Shape) => shape.parse(JSON.parse(await readFile(path, 'utf8')))
  try {
    if (name === 'workflow_run') {
      const { workflow_run } = await read(workflowRun)
      return workflow_run.event.startsWith('pull_request')
        ? {
            kind: 'foreign',
            untrusted: 'workflow_run runs with secrets after a pull request that anybody may have written',
          }
        : { kind: 'other', name }
    }
    if (name === 'pull_request') return ofPullRequest(await read(pullRequest))
    if (name === 'push') {
      const { ref, repository: own } = await read(push)
      const branch = ref.replace(/^refs\/heads\//, '')
      return branch === ref || branch === own.default_branch
        ? { kind: 'other', name }
        : { kind: 'branch', branch, into: own.default_branch }
    }
  } catch (cause) {
    throw new RehearsalError('USAGE', `${path} can't be read as the event ${name}`, { where: path }, cause)
  }
  return { kind: 'other', name }
}

function ofPullRequest({ pull_request: { number, base, head } }: z.output<typeof pullRequest>): CiEvent {
  const ends = { kind: 'pull-request', base: base.sha, head: head.sha } as const
  // Of a fork that was deleted, the repository is null.
  if (head.repo && base.repo && head.repo.full_name === base.repo.full_name) return ends
  const from = head.repo ? `the fork ${head.repo.full_name}` : 'a fork that is gone'
  return { ...ends, untrusted: `pull request ${number} comes from ${from}` }
}
