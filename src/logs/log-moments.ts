/** While something starts or stops, errors are usual that later on are not. */
export type LogMoment = 'starting' | 'ready' | 'stopping'

/** What went on at which time, so that a line can be judged by when it was printed. */
export class LogMoments {
  readonly #changes: { readonly at: number; readonly moment: LogMoment }[] = []

  /** From that time on; milliseconds since 1970, never earlier than the one before. */
  begin(moment: LogMoment, at: number): void {
    this.#changes.push({ at, moment })
  }

  at(time: number): LogMoment {
    return this.#changes.findLast((one) => one.at <= time)?.moment ?? 'starting'
  }
}
