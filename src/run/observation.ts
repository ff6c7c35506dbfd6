/** One case out of a user's own JUnit file. */
export interface SuiteCase {
  readonly suite: string
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'error' | 'skipped'
  readonly ms: number
  readonly message?: string
}

/** What a check saw. `error`: the check itself could not be made. */
export interface Observation {
  readonly outcome: 'passed' | 'failed' | 'error'
  readonly expected?: string
  readonly actual?: string
  readonly detail?: string
  readonly service?: string
  /** It could not be asked: what an earlier check was to capture is not there. */
  readonly unasked?: true
  /** The last relevant log lines, oldest first. */
  readonly log?: readonly string[]
  /** Values for later templates, `{baseline.NAME}`. */
  readonly captured?: Readonly<Record<string, string>>
  readonly cases?: readonly SuiteCase[]
}
