import type { ChildProcess } from 'node:child_process'
import type { Invocation } from './command-line.ts'
import type { App } from './fault.ts'

/** Where in a rehearsal something strikes, by what has just been finished there. */
export type Phase = keyof typeof marks

/** A section of the story as it happens, and the last step done in it; the plan that is printed before has no marks. */
const marks = {
  'the pull': { section: 'prepare', done: undefined },
  'the restore': { section: 'baseline', done: { sqlite: 'the running images', postgres: 'create' } },
  "the baseline's checks": { section: 'baseline', done: { sqlite: 'restore', postgres: 'the running images' } },
  'the checkpoint': { section: 'checkpoint', done: 'stop all' },
  'the upgrade': { section: 'hop', done: 'change the pin' },
  "the target's checks": { section: 'hop', done: 'the running images' },
  'the way back': { section: 'way back', done: 'fork' },
} as const

export const phases = Object.keys(marks) as Phase[]

function markOf(phase: Phase, app: App): RegExp {
  const { section, done } = marks[phase]
  if (done === undefined) return /\n1 prepare[\s\S]*\n1 prepare\n/
  const title = typeof done === 'string' ? done : done[app]
  return new RegExp(`\\n\\d+ ${section}(?: [^\\n]*)?\\n(?:(?!\\n\\d+ )[\\s\\S])*✓ +[\\d.]+ +${title}`)
}

/** Calls `strike` once, so long after the phase has begun. `struck` says whether it came to that. */
export function striking(
  { phase, app, delay }: { readonly phase: string; readonly app: App; readonly delay: number },
  strike: (child: ChildProcess) => unknown,
): { readonly onOutput: NonNullable<Invocation['onOutput']>; struckAt(): number | undefined } {
  const mark = markOf(phase as Phase, app)
  let seen = false
  let struckAt: number | undefined
  return {
    struckAt: () => struckAt,
    onOutput: (soFar, child) => {
      if (seen || !mark.test(soFar)) return
      seen = true
      const now = () => {
        struckAt = performance.now()
        strike(child)
      }
      // How far a phase has come when it is struck is part of the fault; nothing waits for it.
      if (delay === 0) now()
      else setTimeout(now, delay)
    },
  }
}
