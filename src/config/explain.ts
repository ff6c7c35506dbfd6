import type { z } from 'zod'
import { didYouMean } from '../fields/index.ts'

/** One fault of a configuration: where in the data, and what to do. */
export interface Fault {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

type Issue = z.core.$ZodIssue

/** Zod's issues in words, each at the deepest place it is about. Needs issues that report their input. */
export function explainIssues(issues: readonly Issue[]): Fault[] {
  return withoutDoubles(issues.flatMap((issue) => explain(issue, issue.path)))
}

function explain(issue: Issue, path: readonly PropertyKey[]): Fault[] {
  const inner = (issues: readonly Issue[]) => issues.flatMap((one) => explain(one, [...path, ...one.path]))
  if (issue.code === 'unrecognized_keys') {
    const messages = issue.message.split('\n')
    return issue.keys.map((key, index) => {
      return { path: [...path, key], message: misplaced(key, path) ?? (messages[index] as string) }
    })
  }
  if (issue.input === undefined && path.length > 0)
    return [{ path, message: `"${String(path.at(-1))}" is missing${ownWords(issue)}` }]
  if (issue.code === 'invalid_key') return inner(issue.issues.map((one) => ({ ...one, path: [] })))
  if (issue.code === 'invalid_union') {
    if (issue.message !== 'Invalid input') return [{ path: [...path, ...unknownKey(issue)], message: issue.message }]
    const shapes = issue.errors.map(wrongShape)
    if (shapes.every((shape) => shape !== undefined))
      return [{ path, message: `write ${[...new Set(shapes)].join(' or ')}, not ${describe(issue.input)}` }]
    return inner(nearestBranch(issue.errors))
  }
  return [{ path, message: inWords(issue, path) }]
}

/** A rule says how a value of the baseline is compared, which only checks under `data` do. */
function misplaced(key: string, [first]: readonly PropertyKey[]): string | undefined {
  if (key !== 'rule') return undefined
  if (first === 'data')
    return 'a store has no rule: all that it holds is compared; exceptions stand under "allow" beside it'
  const isCheck = first === 'smoke' || first === 'ready' || first === 'upgrade'
  return isCheck ? 'a rule compares with the baseline: put this check under "data", or leave the rule out' : undefined
}

/** What a message of the schema's own says besides; zod's words say nothing. */
function ownWords(issue: Issue): string {
  return /^(Invalid|Too (small|big)|Unrecognized)\b/.test(issue.message) ? '' : `: ${issue.message}`
}

/** The key that a family's own message is about. */
function unknownKey({ input, message }: Issue): PropertyKey[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return []
  return Object.keys(input)
    .filter((key) => message.startsWith('unknown ') && message.includes(` "${key}"`))
    .slice(0, 1)
}

function inWords(issue: Issue, path: readonly PropertyKey[]): string {
  if (issue.code === 'invalid_type' && ownWords(issue) === '') {
    if (path.length === 0 && issue.input === null)
      return 'the file is empty; the smallest one says "stack: docker-compose.yml"'
    const quoted = issue.expected === 'string' && ['number', 'boolean'].includes(typeof issue.input)
    return quoted
      ? `write text: put ${String(issue.input)} in quotes`
      : `write ${nameOf(issue.expected)}, not ${describe(issue.input)}`
  }
  if (issue.code === 'invalid_value' && ownWords(issue) === '') {
    return `unknown ${String(path.at(-1))} ${describe(issue.input)}${didYouMean(String(issue.input), issue.values.map(String))}`
  }
  if (issue.code === 'too_small' && ownWords(issue) === '')
    return `write ${issue.minimum} or more, not ${describe(issue.input)}`
  if (issue.code === 'too_big' && ownWords(issue) === '')
    return `write ${issue.maximum} or less, not ${describe(issue.input)}`
  return issue.message
}

const names: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys and values',
  record: 'keys and values',
}

function nameOf(type: string): string {
  return names[type] ?? type
}

/** What a branch wanted instead, where what stands there has the wrong shape altogether. */
function wrongShape(branch: readonly Issue[]): string | undefined {
  const [issue] = branch
  return issue?.code === 'invalid_type' && issue.path.length === 0 ? nameOf(issue.expected) : undefined
}

function describe(input: unknown): string {
  if (input === null) return 'nothing'
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object') return 'keys and values'
  const text = JSON.stringify(input)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** The alternative that the user most likely meant: the fewest faults at its own level, then the deepest ones. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const score = (branch: readonly Issue[]) => {
    const own = branch.map((issue) => {
      if (issue.code === 'unrecognized_keys') return issue.path.length === 0 ? 2 * issue.keys.length : 0
      return issue.path.length === 0 || (issue.path.length === 1 && issue.input === undefined) ? 1 : 0
    })
    const depth = Math.max(0, ...branch.map((issue) => issue.path.length))
    return (wrongShape(branch) ? -100 : 0) - 10 * own.reduce<number>((sum, one) => sum + one, 0) + depth
  }
  return branches.toSorted((a, b) => score(b) - score(a))[0] ?? []
}

/** A key that is misspelt is one fault: that the right one is missing follows from it, and so does what a whole lacks. */
function withoutDoubles(faults: readonly Fault[]): Fault[] {
  const place = (path: readonly PropertyKey[]) => JSON.stringify(path.map(String))
  const misspelt = faults.filter(({ message }) => message.startsWith('unknown key '))
  const implied = misspelt.flatMap(({ path, message }) => {
    const meant = /; did you mean "(.+)"\?$/.exec(message)?.[1]
    return [place(path.slice(0, -1)), ...(meant === undefined ? [] : [place([...path.slice(0, -1), meant])])]
  })
  return faults.filter((fault) => misspelt.includes(fault) || !implied.includes(place(fault.path)))
}
