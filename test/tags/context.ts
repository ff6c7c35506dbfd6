import { execaCommand } from '../../src/shell/execa-command.ts'
import type { TagContext } from '../../src/tags/tag-source.ts'

/** What a source of tags works with, and the secrets that it tells. */
export function tagContext(given: Partial<TagContext> = {}): TagContext & { readonly secrets: string[] } {
  const secrets: string[] = []
  return {
    folder: '/',
    env: { PATH: process.env.PATH, HOME: '/nonexistent' },
    shell: execaCommand,
    signal: new AbortController().signal,
    withinMs: 10_000,
    onSecret: (value) => void secrets.push(value),
    ...given,
    secrets,
  }
}
