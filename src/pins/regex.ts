import type { z } from 'zod'
import { RehearsalError } from '../errors.ts'
import { object, path, pattern } from '../fields/index.ts'
import { definePin } from './pin.ts'
import { setsField } from './sets.ts'

const schema = object({
  file: path,
  pattern: pattern.refine((source) => groupsOf(source) === 1, {
    error: 'the pattern needs exactly one group, around the version',
  }),
  ...setsField,
})
type Options = z.output<typeof schema>

/** Whatever a regular expression finds. */
export const regex = definePin<Options>({
  name: 'regex',
  summary:
    'What the one group of a regular expression matches in any text file. All matches must agree, and all are changed. `sets` names the variable that hands the value to Compose.',
  example: `regex: { file: deploy.sh, pattern: 'APP_TAG="([^"]+)"', sets: APP_VERSION }`,
  schema,
  title: (options) => `/${options.pattern}/ in ${options.file}`,
  file: (options) => options.file,
  sets: (options) => options.sets,
  read(text, options) {
    const values = [...new Set(matches(text, options).map(([, value = '']) => value))]
    if (values.length === 1) return values[0] as string
    throw new RehearsalError(
      'CONFIG',
      `${options.file}: /${options.pattern}/ finds different versions: ${values.join(', ')}`,
      { hint: 'write a pattern that finds only the one that production runs' },
    )
  },
  write(text, options, value) {
    let written = text
    for (const match of matches(text, options).toReversed()) {
      const [start, end] = (match.indices as RegExpIndicesArray)[1] as [number, number]
      written = written.slice(0, start) + value + written.slice(end)
    }
    return written
  },
})

function matches(text: string, options: Options): RegExpExecArray[] {
  const found = [...text.matchAll(new RegExp(options.pattern, 'gmd'))].filter((match) => match[1])
  if (found.length > 0) return found as RegExpExecArray[]
  throw new RehearsalError('CONFIG', `${options.file}: /${options.pattern}/ finds no version`, { absent: true })
}

/** With an alternative that is empty every expression matches, and so tells how many groups it has. */
function groupsOf(source: string): number {
  try {
    return (new RegExp(`${source}|`).exec('')?.length ?? 1) - 1
  } catch {
    // That it is no regular expression is told already.
    return 1
  }
}
