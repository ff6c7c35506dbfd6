import type { ProblemCode } from '../errors.ts'

/** What is the machine's or the engine's fault, in their own words. First match counts. */
const causes: readonly { readonly code: ProblemCode; readonly says: RegExp }[] = [
  { code: 'NO_SPACE', says: /no space left|disk quota exceeded/i },
  { code: 'PORT_TAKEN', says: /port is already allocated|address already in use/i },
  { code: 'OUT_OF_MEMORY', says: /cannot allocate memory/i },
  {
    code: 'ENGINE_LOST',
    says: /unexpected EOF|: EOF$|connection reset by peer|broken pipe|i\/o timeout|context deadline exceeded|socket hang up|transport is closing/i,
  },
  { code: 'INTERNAL', says: /no such (image|network|volume)|is already in use by container/i },
]

/** What it means that a container could not be made or started; all that is not known for another cause is its image's own fault. */
export function startFailure(said: string): ProblemCode {
  return causes.find(({ says }) => says.test(said))?.code ?? 'CRASHED'
}
