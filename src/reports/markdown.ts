/** Text that Markdown shows as it is: no markup, no table cells, no mentions of people or issues. */
export function plain(text: string): string {
  return text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
    .replace(/[&<>|`*_[\]\\~$]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replace(/([@#])(?=\w)/g, '$1\u200b')
    .replace(/:\/\//g, ':\u200b//')
}

/** The same in a fixed-width face. */
export function code(text: string): string {
  return `<code>${plain(text)}</code>`
}

/** Several lines as they are, in a fence longer than any in them. */
export function block(lines: readonly string[]): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
  const text = lines.map((line) => line.toWellFormed().replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f]+/g, ' ')).join('\n')
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map((run) => run[0].length + 1)))
  return `${fence}text\n${text}\n${fence}`
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), '']
}
