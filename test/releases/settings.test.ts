import { expect, test } from 'vitest'
import { carrySettings, changeSettings } from '../../src/releases/settings.ts'

const none = { rename: {}, set: {}, remove: [] }

test.each([
  ["the operator's value wins", 'A=default\nB=new\n', 'A=mine\n', 'A=mine\nB=new\n'],
  ['what only the operator set is kept', 'A=default\n', 'A=1\nOWN=x\n', 'A=1\nOWN=x\n'],
  ["comments and order are the new file's", '# new\nB=2\n\nA=1 # why\n', 'A=5\n', '# new\nB=2\n\nA=5 # why\n'],
  ['quotes are kept as they were', 'A=x\n', 'A="two words"\n', 'A="two words"\n'],
  ['the last one of a repeated key counts', 'A=x\n', 'A=1\nA=2\n', 'A=2\n'],
  ['a file without a last newline', 'A=x', 'B=1', 'A=x\nB=1\n'],
  ['an empty new file', '', 'B=1\n', 'B=1\n'],
])('carried forward: %s', (_, newText, own, expected) => {
  expect(carrySettings(newText, own)).toBe(expected)
})

test.each([
  ['renamed', 'OLD=x\nA=1\n', { ...none, rename: { OLD: 'NEW' } }, 'NEW=x\nA=1\n'],
  ['removed', 'A=1\nOLD=x # was\nB=2\n', { ...none, remove: ['OLD'] }, 'A=1\nB=2\n'],
  ['added', 'A=1\n', { ...none, set: { KEY: 'v' } }, 'A=1\nKEY=v\n'],
  ['set where it was', 'KEY=a\nB=2\n', { ...none, set: { KEY: 'b c' } }, "KEY='b c'\nB=2\n"],
  ['renamed and set', 'OLD=x\n', { ...none, rename: { OLD: 'NEW' }, set: { NEW: 'y' } }, 'NEW=y\n'],
  ['left alone', 'A=1\n', none, 'A=1\n'],
])('settings: %s', (_, text, change, expected) => {
  expect(changeSettings(text, change)).toBe(expected)
})
