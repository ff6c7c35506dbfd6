/** One line of a metric. */
export interface Sample {
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}

const name = '[a-zA-Z_:][\\w:]*'
const labels = '\\{((?:[^"}]|"(?:[^"\\\\]|\\\\.)*")*)\\}'
// Behind the value may stand a time and, as OpenMetrics has it, an exemplar.
const line = new RegExp(`^(${name})[ \\t]*(?:${labels})?[ \\t]+(\\S+)(?:[ \\t]+[-\\d.eE+]+)?(?:[ \\t]+#.*)?$`)
const label = /([a-zA-Z_]\w*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/g
const special: Readonly<Record<string, number>> = {
  '+Inf': Infinity,
  '-Inf': -Infinity,
  Inf: Infinity,
  NaN: Number.NaN,
}

/**
 * The samples of one metric in Prometheus' text format (version 0.0.4); other lines are passed over. Source: the
 * exposition format in the Prometheus documentation.
 */
export function readSamples(text: string, wanted: string): Sample[] {
  return text.split(/\r?\n/).flatMap((one) => {
    const [, found, given = '', value = ''] = line.exec(one.trim()) ?? []
    if (found !== wanted) return []
    const pairs = [...given.matchAll(label)].map(([, key = '', raw = '']) => [key, unescaped(raw)] as const)
    return [{ labels: new Map(pairs), value: special[value] ?? Number(value) }]
  })
}

function unescaped(raw: string): string {
  return raw.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))
}
