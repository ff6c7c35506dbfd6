import { XMLParser } from 'fast-xml-parser'
import type { SuiteCase } from '../run/journal.ts'

type Node = Readonly<Record<string, unknown>>

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  // Entities could be bombs or read files; the five of XML itself are decoded below.
  processEntities: false,
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name) => name === 'testsuite' || name === 'testcase',
})

/** The cases of a user's JUnit file, nested suites flattened. Throws on a DOCTYPE and on what is not XML. */
export function parseJunit(xml: string, file: string): SuiteCase[] {
  if (/<!DOCTYPE/i.test(xml)) throw new Error(`${file}: a DOCTYPE is refused`)
  const root = parser.parse(xml, true) as Node
  return [...casesOf((root.testsuites ?? root) as Node, file)]
}

function* casesOf(node: Node, suite: string): Generator<SuiteCase> {
  for (const one of (node.testcase as Node[] | undefined) ?? []) yield toCase(one, suite)
  for (const nested of (node.testsuite as Node[] | undefined) ?? [])
    yield* casesOf(nested, attribute(nested, 'name') || suite)
}

function toCase(node: Node, suite: string): SuiteCase {
  const outcome = 'failure' in node ? 'failed' : 'error' in node ? 'error' : 'skipped' in node ? 'skipped' : 'passed'
  const cause = [node.failure ?? node.error].flat()[0]
  const message =
    typeof cause === 'string'
      ? cause
      : cause
        ? attribute(cause as Node, 'message') || String((cause as Node)['#text'] ?? '')
        : ''
  const className = attribute(node, 'classname')
  const name = attribute(node, 'name')
  return {
    suite,
    name: className && className !== suite ? `${className} › ${name}` : name,
    outcome,
    ms: Math.round(Number(attribute(node, 'time') || 0) * 1000) || 0,
    ...(message ? { message: decode(message).slice(0, 4_000) } : {}),
  }
}

function attribute(node: Node, name: string): string {
  return decode(String(node[`@${name}`] ?? ''))
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function decode(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name] as string)
}
