const caseBytes = 64 * 1024
const tail = '\n[… cut at 64 KiB]'
const escapes =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
  /\u001b(?:\[[0-?]{0,256}[ -/]{0,16}[@-~]|\][^\u0007\u001b\n]{0,4096}(?:\u0007|\u001b\\)|[ -/]{0,16}[0-~])/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
const unwritable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g

/** Text that any XML reader takes: no terminal escapes, no control characters, no half characters. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(escapes, '').replace(unwritable, '')
}

/** One line for an attribute. */
export function xmlName(text: string): string {
  const line = cleanText(text).replace(/\s+/g, ' ').trim()
  return line.length > 1_000 ? `${line.slice(0, 1_000).toWellFormed()} …` : line
}

/** A block of text. The builder ends a CDATA section only at the first `]]>` in it, so there must be none. */
export function xmlBlock(text: string): string {
  const safe = cleanText(text).replaceAll(']]>', ']] >')
  const bytes = Buffer.from(safe, 'utf8')
  if (bytes.length <= caseBytes) return safe
  return (
    bytes
      .subarray(0, caseBytes - Buffer.byteLength(tail))
      .toString('utf8')
      .replace(/\uFFFD$/, '') + tail
  )
}
