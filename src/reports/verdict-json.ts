import type { Report } from './report.ts'
import { reproducible } from './reproducible.ts'

/** The verdict for machines. */
export const verdictJson: Report = ({ verdict, ...input }) => {
  const told = input.reproducible ? reproducible(verdict) : verdict
  return { path: 'verdict.json', content: `${JSON.stringify(told, null, 2)}\n` }
}
