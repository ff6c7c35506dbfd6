import { jsonPath, selectJson } from '../http/json-match.ts'
import type { Request } from '../http/request.ts'
import { jsonValue, textValue } from '../invariants/value.ts'
import { answerFields, answerTo, type Expected, judgeAnswer, parseJson } from './answer.ts'
import type { CheckContext } from './check.ts'
import type { Reading } from './measure.ts'

/** What an answer has to be like whose value is compared, and which part of it the value is. */
export const measuredFields = {
  status: answerFields.status,
  header: answerFields.header,
  json: jsonPath.optional(),
  text: answerFields.text,
}
interface Part {
  readonly json?: string | undefined
  readonly text?: string | undefined
}

/** The value of an answer that is as expected: what a JSONPath selects, what a pattern matches, or all of it. */
export async function askAndMeasure(
  request: () => Request,
  expected: Expected,
  { json, text }: Part,
  context: CheckContext,
): Promise<Reading> {
  const answer = await answerTo(request, expected, context)
  if ('outcome' in answer) return { observation: answer }
  const judged = judgeAnswer(expected, answer, context)
  if (judged.outcome !== 'passed') return { observation: judged }
  if (json === undefined) return measureText(answer.bytes.toString('utf8'), text, context)
  const document = parseJson(answer)
  if (document === undefined) return none('a JSON document', `${answer.bytes.length} bytes that are not JSON`)
  const selected = selectJson(document, json)
  // Two values that are not there are the same: a path with a slip in it would always hold.
  return selected.length > 0 ? { value: jsonValue(selected) } : none(`${json} is there`, 'nothing')
}

/** A text, or a pattern's first group or all that it matches. */
export function measureText(text: string, wanted: string | undefined, context: CheckContext): Reading {
  if (wanted === undefined) return { value: textValue(text) }
  const match = context.pattern(wanted).exec(text)
  return match ? { value: textValue(match[1] ?? match[0]) } : none(`a match of /${wanted}/`, 'none')
}

function none(expected: string, actual: string): Reading {
  return { observation: { outcome: 'failed', expected, actual } }
}
