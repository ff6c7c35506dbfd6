import { randomBytes } from 'node:crypto'
import { saveState } from '@actions/core'
import type { Sink } from '../redact/index.ts'
import { createActionsLog, inert, planTree } from '../reports/index.ts'
import type { Edge } from '../request.ts'
import { terminalEdge } from '../terminal-edge.ts'

/** How the Action shows rehearsals. */
export interface ActionEdge {
  readonly edge: Edge
  /** For one of several at a time: each of its lines begins with its name, and nothing is folded. */
  readonly named: (name: string) => Edge
  /** Ends the group that is open. */
  close(): void
}

export function actionEdge(sink: Sink, signal: AbortSignal, cwd: string): ActionEdge {
  let log: ReturnType<typeof createActionsLog> | undefined
  const runs: string[] = []
  // Before anything is created: the post step finds them even if this process is killed.
  const onRun = (runId: string) => {
    runs.push(runId)
    saveState('run-id', runs.join(' '))
  }
  const print = printing(sink)
  return {
    edge: {
      cwd,
      env: process.env,
      sink,
      signal,
      onRun,
      print,
      show: (plan) => {
        log?.close()
        print(planTree(plan))
        log = createActionsLog({ plan, print: (line) => sink.print(line), token: randomBytes(16).toString('hex') })
        return log
      },
    },
    named: (name) => ({ ...terminalEdge(sink, signal, name), cwd, onRun }),
    close: () => log?.close(),
  }
}

/** What is printed may hold words of an application's: none of them is a command for the runner. */
export function printing(sink: Sink): (text: string) => void {
  return (text) => {
    for (const line of text.split('\n')) sink.print(inert(line))
  }
}
