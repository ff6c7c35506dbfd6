/** What a command must print and must not, looked for in each piece as it comes: a long output is not kept whole. */
export interface OutputWatch {
  /** Looks at a line, and in the end at all that was kept, for a pattern may span lines. */
  look(text: string): void
  /** The first match of what is forbidden, and the whole line that it stands in. */
  readonly forbidden: { readonly match: string; readonly line: string } | undefined
  /** Whether what is required was seen; true where nothing is. */
  readonly required: boolean
}

export function watchOutput(forbid: RegExp | undefined, require: RegExp | undefined): OutputWatch {
  const seen = { forbidden: undefined as OutputWatch['forbidden'], required: require === undefined }
  return {
    look(text) {
      const found = seen.forbidden ? null : forbid?.exec(text)
      if (found) seen.forbidden = { match: found[0].slice(0, 200), line: lineOf(text, found.index) }
      seen.required ||= require?.test(text) === true
    },
    get forbidden() {
      return seen.forbidden
    },
    get required() {
      return seen.required
    },
  }
}

function lineOf(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index - 1) + 1
  const end = text.indexOf('\n', index)
  return text
    .slice(start, end < 0 ? undefined : end)
    .trim()
    .slice(0, 300)
}
