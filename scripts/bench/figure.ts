/** One line of the benchmark: what was measured, and what it has to be at most. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly target: number
  /** What the ratio is made of, in brackets behind it. */
  readonly detail?: string
}

/** `name | value | target | ok` or `short`. */
export function showFigure({ name, value, unit, target, detail }: Figure): string {
  const shown = (number: number) =>
    `${number >= 100 ? Math.round(number) : number.toFixed(number >= 10 ? 1 : 3)}${unit}`
  return `${name} | ${shown(value)}${detail ? ` (${detail})` : ''} | ≤ ${shown(target)} | ${value <= target ? 'ok' : 'short'}`
}

/** A group of figures, told one by one as they are measured. */
export type Group = (tell: (figure: Figure) => void) => Promise<void>
