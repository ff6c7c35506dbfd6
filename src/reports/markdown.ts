import { cleanText } from './xml-text.ts'

/** What stands before a verdict, to be seen from afar. */
export const marks = {
  compatible: '✅',
  'compatible-with-warnings': '⚠️',
  incompatible: '❌',
  inconclusive: '❔',
} as const

/** Text that Markdown shows as it is: no markup, no table cells, no mentions of people or issues. */
export function plain(text: string): string {
  return (
    cleanText(text)
      .replace(/\s+/g, ' ')
      // Before any character becomes an entity: entities have a # of their own.
      .replace(/([@#])(?=\w)/g, '$1\u200b')
      .replace(/:\/\//g, ':\u200b//')
      .replace(/[&<>|`*_[\]\\~$]/g, (char) => `&#${char.charCodeAt(0)};`)
  )
}

/** The same in a fixed-width face. */
export function code(text: string): string {
  return `<code>${plain(text)}</code>`
}

/** Several lines as they are, in a fence longer than any in them. */
export function block(lines: readonly string[]): string {
  const text = lines.map((line) => cleanText(line).replaceAll('\n', ' ')).join('\n')
  const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map((run) => run[0].length + 1)))
  return `${fence}text\n${text}\n${fence}`
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line), '']
}
