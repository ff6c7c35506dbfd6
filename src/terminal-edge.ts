import type { Sink } from './redact/index.ts'
import { createTerminal, planTree, wantsColour } from './reports/index.ts'
import type { Edge } from './request.ts'

/** A rehearsal as a terminal shows it. */
export function terminalEdge(sink: Sink, signal: AbortSignal): Edge {
  const print = (line: string) => sink.print(line)
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
