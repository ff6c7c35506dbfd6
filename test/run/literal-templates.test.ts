import { expect, test } from 'vitest'
import { templatesFor } from '../../src/run/templates.ts'

test('what a value holds is taken literally in a pattern, on every Node', () => {
  const value = 'a.b*c[d](e){f}|g^h$i\\j/k-l+m?'
  const { pattern } = templatesFor({ phase: 'target', source: '1', current: value, captured: new Map() })
  expect(pattern('^{version}$').test(value)).toBe(true)
  expect(pattern('^{version}$').test(value.replace('.', 'x'))).toBe(false)
})
