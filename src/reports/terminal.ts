import type { Plan } from '../plan/plan.ts'
import type { Listener } from '../run/journal.ts'
import { createStory, type Paint } from './story.ts'

/** Prints each step as it happens. `print` takes one line without its newline. */
export function createTerminal(options: {
  readonly plan: Plan
  readonly print: (line: string) => void
  readonly colour: boolean
}): Listener {
  const story = createStory(options.plan, options.colour ? coloured : bare)
  return {
    onEntry(entry) {
      for (const told of story(entry)) {
        if (told.tell === 'stage') options.print('')
        if (told.tell !== 'failure') options.print(told.line)
      }
    },
  }
}

/** Colour is for people at a terminal, and not for those who asked for none (no-color.org). */
export function wantsColour(isTTY: boolean | undefined, env: Readonly<Record<string, string | undefined>>): boolean {
  return isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
}

const same = (text: string) => text
export const bare: Paint = { good: same, bad: same, warn: same, dim: same, strong: same }

const style = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`
const coloured: Paint = {
  good: style(32, 39),
  bad: style(31, 39),
  warn: style(33, 39),
  dim: style(2, 22),
  strong: style(1, 22),
}
