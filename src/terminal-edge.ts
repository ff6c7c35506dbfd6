import type { Sink } from './redact/index.ts'
import { createTerminal, inert, planTree, wantsColour } from './reports/index.ts'
import type { Edge } from './request.ts'

/** A rehearsal as a terminal shows it. With a name it is one of several at a time: each line begins with that, and no plan is printed. */
export function terminalEdge(sink: Sink, signal: AbortSignal, name?: string): Edge {
  // In a step of a workflow too, what an application prints is no command for the runner.
  const isStep = process.env.GITHUB_ACTIONS === 'true'
  const named = (line: string) => (name === undefined ? line : `${name} | ${line}`)
  const print = (text: string) => {
    const lines = text.split('\n').map(named)
    sink.print((isStep ? lines.map(inert) : lines).join('\n'))
  }
  return {
    cwd: process.cwd(),
    env: process.env,
    sink,
    signal,
    onRun: () => undefined,
    print,
    show: (plan) => {
      if (name === undefined) print(planTree(plan))
      return createTerminal({ plan, print, colour: wantsColour(process.stdout.isTTY, process.env) })
    },
  }
}
