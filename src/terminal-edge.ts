import type { Sink } from './redact/index.ts'
import { createTerminal, inert, planTree, wantsColour } from './reports/index.ts'
import type { Edge } from './request.ts'

/** A rehearsal as a terminal shows it. */
export function terminalEdge(sink: Sink, signal: AbortSignal): Edge {
  // In a step of a workflow too, what an application prints is no command for the runner.
  const isStep = process.env.GITHUB_ACTIONS === 'true'
  const print = (line: string) => sink.print(isStep ? line.split('\n').map(inert).join('\n') : line)
  return {
    cwd: process.cwd(),
    env: process.env,
    sink,
    signal,
    onRun: () => undefined,
    print,
    show: (plan) => {
      print(planTree(plan))
      return createTerminal({ plan, print, colour: wantsColour(process.stdout.isTTY, process.env) })
    },
  }
}
