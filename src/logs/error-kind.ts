/** Two lines that are alike this far are of one kind. */
const longest = 200

const uuid = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi
const address = /\b[a-z][a-z+.-]{1,20}:\/\/[^\s"'<>]+/gi
const mail = /\b[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+/g
const quoted = /"[^"]*"|`[^`]*`|«[^»]*»|“[^”]*”|(?<![A-Za-z0-9])'[^']*'(?![A-Za-z0-9])/g
/** Ids of letters only; no word of any language is made of these. */
const hex = /\b(?:0x)?[0-9a-f]{8,}\b/gi
const withDigit = /\b[A-Za-z_]*\d\w*/g
const month =
  /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\b(?=[ /-]#)|(?<=#[ /-])(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\b/g
const day = /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6},?(?= #)/g
const unit = /# ?(?:ns|µs|us|ms|s|secs?|seconds?|m|mins?|minutes?|h|hours?|days?|[kKMGT]i?B|bytes?|B|AM|PM|%)(?![\w])/g
const several = /#(?:[ \t]*[.,:;/|+=_x-]{0,3}[ \t]*#)+/g

/** What an error line has in common with all others of its kind: without ids, times, numbers and values. */
export function kindOf(text: string): string {
  return text
    .replace(address, '#')
    .replace(quoted, '#')
    .replace(uuid, '#')
    .replace(mail, '#')
    .replace(hex, '#')
    .replaceAll('***', '#')
    .replace(withDigit, '#')
    .replace(month, '#')
    .replace(day, '#')
    .replace(unit, '#')
    .replace(several, '#')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, longest)
}
