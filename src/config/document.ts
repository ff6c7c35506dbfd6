import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml'

/** A YAML text with positions. */
export interface ConfigDocument {
  readonly document: Document
  /** `line:column` of an offset in the text. */
  readonly show: (offset: number) => string
  /** Where a path of keys stands in the text; for what is missing, the nearest parent. */
  readonly offsetOf: (path: readonly PropertyKey[]) => number
  /** What keeps the text from being YAML, in its order. */
  readonly faults: readonly PlacedFault[]
}

export interface PlacedFault {
  readonly offset: number
  readonly message: string
}

export function readDocument(text: string): ConfigDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const faults = document.errors.map((error) => ({ offset: error.pos[0], message: syntaxFault(error, text) }))
  return {
    document,
    show: (offset) => {
      const { line, col } = lines.linePos(offset)
      return `${line}:${col}`
    },
    offsetOf: (path) => offsetOf(document, path),
    faults: faults.length > 0 ? faults : aliasFaults(document),
  }
}

function syntaxFault(error: YAMLError, text: string): string {
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^["']?([^"':\s]+)/.exec(text.slice(error.pos[0]))?.[1]
    return `the key "${key}" stands here a second time`
  }
  if (error.code === 'MULTIPLE_DOCS') return 'a second document starts here; one file holds one configuration'
  return `this is not YAML: ${error.message}`
}

/** Aliases that mean nothing, and those that multiply: a few lines can stand for gigabytes. */
function aliasFaults(document: Document): PlacedFault[] {
  const aliases: Alias[] = []
  visit(document, {
    Alias(_, node) {
      aliases.push(node)
    },
  })
  const offset = (alias: Alias) => alias.range?.[0] ?? 0
  const unknown = aliases.filter((alias) => alias.resolve(document) === undefined)
  if (unknown.length > 0)
    return unknown.map((alias) => ({
      offset: offset(alias),
      message: `no anchor &${alias.source} stands before this alias`,
    }))
  try {
    document.toJS({ maxAliasCount: 100 })
    return []
  } catch {
    return [
      {
        offset: offset(aliases.at(-1) as Alias),
        message: 'aliases of aliases multiply to more than 100 copies; write them out',
      },
    ]
  }
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents
  let found = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const key of path) {
    if (isAlias(node)) return found
    if (isSeq(node)) node = node.items[Number(key)]
    else if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
      )
      // A list of one may be written without the list.
      if (!pair && typeof key === 'number') continue
      if (pair && isNode(pair.key) && pair.key.range) found = pair.key.range[0]
      node = pair?.value
      continue
    } else return found
    if (isNode(node) && node.range) found = node.range[0]
  }
  return found
}
