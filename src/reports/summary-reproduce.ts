import { block, code } from './markdown.ts'
import { of } from './outcome.ts'
import type { ReportInput } from './report.ts'

/** The command line that does the same once more. */
export function reproduce({ entries, verdict }: ReportInput): string[] {
  const config = of(entries, 'run-started').at(0)?.config ?? 'upgrade-rehearsal.yml'
  const versions = [
    ['--from', verdict.from.version],
    ['--to', verdict.to.version],
  ].filter(([, version]) => version !== '')
  // The way between may have been another then, or have begun before the source.
  const whole = verdict.hops.length > 1 ? verdict.path : undefined
  // Between versions alone, the source would have the files of the checkout.
  const what = verdict.bump
    ? ['bump', '--base', verdict.bump.base]
    : ['run', ...(whole ? ['--path', whole] : versions.flat())]
  const [name = '', ...more] = what
  const command = ['upgrade-rehearsal', name, '--config', config, ...more]
  const quoted = command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
  return ['## Reproduce', '', block([quoted.join(' ')]), '', `Run ${code(verdict.runId)}.`, '']
}
