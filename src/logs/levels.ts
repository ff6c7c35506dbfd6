// What loggers call their levels: https://docs.python.org/3/library/logging.html and the manuals of PostgreSQL, MySQL, nginx,
// log4j, logrus, zap, pino, monolog, .NET and klog.

/** In capitals anywhere near the beginning of a line, or in the frames that loggers put around small letters. */
const grave = 'error|err|fatal|critical|crit|panic|dpanic|severe|alert|emerg|emergency'
const mild =
  'trace|debug|dbug|info|information|informational|inf|notice|warn|warning|wrn|verbose|fine|finer|finest|system|note'

const capitalised = (words: string) => words.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())

const framed = (words: string) =>
  new RegExp(
    [
      `\\b(?:${words.toUpperCase()})\\b`,
      `\\[(?:[a-z_]+:)?(?:${words}|${capitalised(words)})\\]`,
      `\\b(?:level|lvl|severity)=["']?(?:${words})\\b`,
      `(?:^|\\t)(?:${words})(?:\\t|:)`,
    ].join('|'),
  )
const graveFrame = framed(`${grave}|fail`)
/** What PostgreSQL adds to a line before it, and a log of statements, tell of no error of their own. */
const mildFrame = new RegExp(`${framed(mild).source}|\\b(?:LOG|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION): `)

/** Levels stand near the beginning; what follows is what somebody wanted to say. */
const searched = 160

/** What level a line of plain text says it has; undefined where it says nothing. */
export function levelOf(text: string): 'grave' | 'mild' | undefined {
  const head = text.slice(0, searched)
  const [high, low] = [graveFrame.exec(head), mildFrame.exec(head)]
  if (high && (!low || high.index < low.index)) return 'grave'
  return low ? 'mild' : undefined
}

const graveWord = new RegExp(`^(?:${grave}|e|f)$`, 'i')
/** From here on pino and bunyan mean an error. */
const graveNumber = 50

/** The same of a level that stands in a field of its own. */
export function isGrave(level: unknown): boolean {
  return typeof level === 'number' ? level >= graveNumber : typeof level === 'string' && graveWord.test(level)
}
