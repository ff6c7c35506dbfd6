import { RehearsalError } from '../errors.ts'

/** Values that templates in the configuration become. */
export interface Templates {
  readonly fill: (text: string) => string
  readonly pattern: (source: string) => RegExp
}

/** A value that a check was to capture is not there. */
export class NotCaptured extends RehearsalError {
  constructor(name: string) {
    super('CONFIG', `nothing was captured as {${name}} before it was used`, {
      hint: 'the check that captures it has to come first, and what it captures has to be there',
    })
  }
}

const form = /\{(version|phase|source\.version|target\.version|(?:baseline|captured)\.[\w-]+)\}/g

/** What is known while a release is checked. */
export interface TemplateValues {
  readonly source: string
  /** The release that is under check: the source on the baseline. */
  readonly current: string
  /** Where it is checked: `baseline`, `hop1`, `target`, `rollback-image`. */
  readonly phase: string
  /** Captured on the baseline so far. */
  readonly captured: ReadonlyMap<string, string>
  /** Captured so far on the side that is under check. */
  readonly own?: ReadonlyMap<string, string>
}

/**
 * `{version}` and `{target.version}` are the release under check, so that one check serves both sides: on the
 * baseline the source is what must be found. `{baseline.X}` is what was captured before the upgrade, `{captured.X}` what was
 * captured on the side under check. `{phase}` tells the sides apart, so that each can write something of its own. Anything
 * else in braces is left alone.
 */
export function templatesFor(values: TemplateValues): Templates {
  const read = (name: string): string => {
    if (name === 'source.version') return values.source
    if (name === 'phase') return values.phase
    if (name === 'version' || name === 'target.version') return values.current
    const [, side, key = ''] = /^(\w+)\.(.+)$/.exec(name) ?? []
    const value = (side === 'captured' ? (values.own ?? values.captured) : values.captured).get(key)
    if (value !== undefined) return value
    throw new NotCaptured(name)
  }
  return {
    fill: (text) => text.replace(form, (_, name: string) => read(name)),
    pattern: (source) =>
      new RegExp(
        source.replace(form, (_, name: string) => read(name).replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')),
        'm',
      ),
  }
}
