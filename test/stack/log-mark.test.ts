import { expect, test } from 'vitest'
import { withoutMark } from '../../src/stack/log-mark.ts'

const mark = 'upgrade-rehearsal reads the log here 0b7b6a0e-2d43-4a5c-9c1f-2f6b8a3f1c55'

test.each([
  ['a line of the application', 'a line of the application'],
  ['', ''],
  [mark, undefined],
  [`unfinished ${mark}`, 'unfinished '],
  [`${mark} is quoted`, `${mark} is quoted`],
])('%j is told as %j', (line, told) => {
  expect(withoutMark(line)).toBe(told)
})
