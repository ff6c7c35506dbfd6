import type { Plan } from '../plan/plan.ts'
import type { Listener } from '../run/journal.ts'
import { createStory, type Told } from './story.ts'
import { bare } from './terminal.ts'

/** The live log on GitHub Actions: a group per stage, an annotation per failure, and nothing an application prints is a command. */
export function createActionsLog(options: {
  readonly plan: Plan
  readonly print: (line: string) => void
  /** Random and secret: whoever knows it can make the runner listen to commands again. */
  readonly token: string
}): Listener & { close(): void } {
  const story = createStory(options.plan, bare)
  let grouped = false
  let stopped = false

  function listening(wanted: boolean): void {
    if (wanted === stopped) options.print(wanted ? `::${options.token}::` : `::stop-commands::${options.token}`)
    stopped = !wanted
  }

  function close(): void {
    listening(true)
    if (grouped) options.print('::endgroup::')
    grouped = false
  }

  function tell(told: Told): void {
    switch (told.tell) {
      case 'stage':
        close()
        options.print(`::group::${escapeData(told.line)}`)
        grouped = true
        return
      case 'output':
        listening(false)
        options.print(inert(told.line))
        return
      case 'line':
        listening(true)
        options.print(inert(told.line))
        return
      case 'failure':
        listening(true)
        options.print(`::error title=${escapeProperty(told.title)}::${escapeData(told.message)}`)
    }
  }

  return {
    close,
    onEntry(entry) {
      // What follows the last step is no part of its group.
      if (entry.type === 'run-finished' || entry.type === 'removed' || entry.type === 'cancelled') close()
      for (const told of story(entry)) tell(told)
    },
  }
}

/** The runner takes `##[` anywhere in a line for a command, and `::` at the beginning of one. */
export function inert(line: string): string {
  return line.replaceAll('##[', '##\u200b[').replace(/^(\s*):(?=:)/, '$1:\u200b')
}

function escapeData(text: string): string {
  return text.replaceAll('##[', '##\u200b[').replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
