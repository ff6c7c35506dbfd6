import imported, { type TestCase } from 'junit-report-builder'
import type { Case } from './junit-cases.ts'
import { type Suite, suitesOf } from './junit-suites.ts'
import type { ReportInput } from './report.ts'
import { xmlBlock, xmlName } from './xml-text.ts'

interface Root {
  newBuilder(): import('junit-report-builder').Builder
}
// CommonJS: what its types call the default export is the module itself once it runs as it is.
const library = ((imported as { default?: unknown }).default ?? imported) as Root

/** The rehearsal as JUnit XML, for every CI that shows test results. */
export function junit(input: ReportInput): { path: string; content: string } {
  const { name, startedAt } = input.verdict
  return { path: 'junit.xml', content: junitXml(`upgrade-rehearsal ${name}`, suitesOf(input), startedAt) }
}

/** Suites as JUnit XML; `otherwise` is the time of a suite that has none. */
export function junitXml(title: string, suites: readonly Suite[], otherwise: string): string {
  const builder = library.newBuilder().name(xmlName(title))
  for (const { name, startedAt, properties, cases } of suites) {
    const suite = builder
      .testSuite()
      .name(xmlName(name))
      .time(seconds(cases.reduce((sum, one) => sum + one.ms, 0)))
    suite.timestamp(utc(startedAt ?? otherwise))
    for (const [key, value] of properties) suite.property(xmlName(key), xmlName(value))
    for (const one of cases) write(suite.testCase(), one)
  }
  return `${builder.build()}\n`
}

function write(target: TestCase, one: Case): void {
  target.className(xmlName(one.classname)).name(xmlName(one.name)).time(seconds(one.ms))
  const message = xmlName(one.message ?? '') || 'no message'
  const text = xmlBlock(one.text ?? '') || message
  if (one.outcome === 'failed') target.failure(message, xmlName(one.type ?? 'assertion')).stacktrace(text)
  else if (one.outcome === 'error') target.error(message, xmlName(one.type ?? 'INTERNAL'), text)
  else {
    if (one.outcome === 'skipped') target.skipped()
    // Why something that fails is none is told beside it: a skipped case has no place for a message.
    if (one.text) target.standardOutput(one.outcome === 'skipped' ? `${message}\n${text}` : text)
  }
}

/** Fixed-point: the builder writes a number as JavaScript does, 1e-7 too, so it is given text. */
function seconds(ms: number): number {
  return (Math.max(0, ms) / 1_000).toFixed(3) as unknown as number
}

/** The builder writes a Date in local time, so it is given text. */
function utc(at: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(at) ? `${at.slice(0, 19)}Z` : '1970-01-01T00:00:00Z'
}
