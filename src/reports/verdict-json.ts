import type { Verdict } from '../verdict/verdict.ts'

/** The verdict for machines. */
export function verdictJson({ verdict }: { readonly verdict: Verdict }): { path: string; content: string } {
  return { path: 'verdict.json', content: `${JSON.stringify(verdict, null, 2)}\n` }
}
