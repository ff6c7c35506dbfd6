import { expect, test } from 'vitest'
import { asking } from '../../src/stack/engine.ts'

test('an engine that never answers is lost', async () => {
  const silent = asking(() => new Promise(() => undefined), 20)
  await expect(silent).rejects.toMatchObject({ code: 'ENGINE_LOST', message: expect.stringContaining('no answer') })
})

test('an answer in time is handed on, and so is what the engine refuses', async () => {
  expect(await asking(async () => 'here', 1_000)).toBe('here')
  const refused = Object.assign(new Error('conflict'), { statusCode: 409 })
  await expect(asking(() => Promise.reject(refused), 1_000)).rejects.toBe(refused)
})
