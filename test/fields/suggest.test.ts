import { expect, test } from 'vitest'
import { didYouMean } from '../../src/fields/index.ts'

test.each([
  ['wbe', ['db', 'web'], '; did you mean "web"?'],
  ['smok', ['stack', 'smoke'], '; did you mean "smoke"?'],
  ['Web', ['web', 'db'], '; did you mean "web"?'],
  ['APP_VERSON', ['APP_VERSION', 'APP_NAME'], '; did you mean "APP_VERSION"?'],
  ['banana', ['web', 'db'], '; known here: web, db'],
  ['anything', [], ''],
])('%s among %j%s', (word, known, expected) => {
  expect(didYouMean(word, known)).toBe(expected)
})
