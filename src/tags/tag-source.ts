import type { z } from 'zod'
import type { CommandPort } from '../shell/command.ts'

/** What a source of tags may use. */
export interface TagContext {
  /** Folder that the configuration's paths are relative to. */
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  readonly shell: CommandPort
  readonly signal: AbortSignal
  /** The longest that listing may take, milliseconds, waiting for a registry's limit included. */
  readonly withinMs: number
  /** Told every credential before it is used, so that no report shows it. */
  readonly onSecret: (value: string, label: string) => void
}

/** A tag, and the last day on which its release is supported, where the source knows. */
export interface Listed {
  readonly tag: string
  readonly supportedUntil?: string
}

/** One kind of place that knows which releases there are. */
export interface TagSourceKind<Options> {
  readonly name: string
  /** One sentence for the reference. */
  readonly summary: string
  /** YAML of one entry; a test validates it. */
  readonly example: string
  readonly schema: z.ZodType<Options>
  title(options: Options): string
  /** All tags, in any order. Throws PULL_… where a registry does not give them, CONFIG for what is on this machine. */
  list(options: Options, context: TagContext): Promise<readonly Listed[]>
  /** The platforms that a tag has images for, `linux/amd64`; absent where a source can't tell. */
  platforms?(options: Options, tag: string, context: TagContext): Promise<readonly string[]>
}

/** Keeps the option type of a kind while the family holds kinds of every type. */
export function defineTagSource<Options>(kind: TagSourceKind<Options>): TagSourceKind<Options> {
  return kind
}
