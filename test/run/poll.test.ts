import { describe, expect, test, vi } from 'vitest'
import { RehearsalError } from '../../src/errors.ts'
import { withDeadline } from '../../src/run/deadline.ts'
import { pollUntil } from '../../src/run/poll.ts'

const never = new AbortController().signal

describe('polling', () => {
  test('asks at once and returns without a pause', async () => {
    const question = vi.fn(async () => true)
    await pollUntil(question, { signal: never, firstMs: 60_000 })
    expect(question).toHaveBeenCalledTimes(1)
  })

  test('asks until the answer is yes', async () => {
    let asked = 0
    await pollUntil(async () => ++asked === 5, { signal: never, firstMs: 1, longestMs: 1 })
    expect(asked).toBe(5)
  })

  test('looks whether it makes sense before each question, and ends with what that says', async () => {
    const dead = new RehearsalError('CRASHED', 'web exited with code 1')
    let rounds = 0
    const alive = async () => {
      if (++rounds === 3) throw dead
    }
    const question = vi.fn(async () => false)
    await expect(pollUntil(question, { signal: never, alive, firstMs: 1, longestMs: 1 })).rejects.toBe(dead)
    expect(question).toHaveBeenCalledTimes(2)
  })

  test('ends with the reason of the abort, also in the middle of a pause', async () => {
    const controller = new AbortController()
    const reason = new RehearsalError('CANCELLED', 'enough')
    const polling = pollUntil(
      async () => {
        setImmediate(() => controller.abort(reason))
        return false
      },
      { signal: controller.signal, firstMs: 60_000, longestMs: 60_000 },
    )
    await expect(polling).rejects.toBe(reason)
  })

  test('asks nothing where it is aborted already', async () => {
    const question = vi.fn(async () => true)
    await expect(pollUntil(question, { signal: AbortSignal.abort(new Error('over')) })).rejects.toThrow('over')
    expect(question).not.toHaveBeenCalled()
  })

  test('does not hide what the question throws', async () => {
    await expect(pollUntil(async () => Promise.reject(new Error('broken')), { signal: never })).rejects.toThrow(
      'broken',
    )
  })
})

describe('a deadline', () => {
  const waiting = (signal: AbortSignal) =>
    new Promise<never>((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)))

  test('ends the work with TIMEOUT, and says what was not done', async () => {
    await expect(withDeadline(5, never, 'restore the dump', waiting)).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: 'restore the dump: not done within 5 ms',
    })
  })

  test('passes on a result that comes in time, and leaves no timer behind', async () => {
    vi.useFakeTimers()
    try {
      expect(await withDeadline(60_000, never, 'work', async () => 'done')).toBe('done')
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('passes on an error of the work', async () => {
    await expect(withDeadline(60_000, never, 'work', () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    )
  })

  test('gives way to the abort of the whole', async () => {
    const parent = new AbortController()
    const reason = new RehearsalError('CANCELLED', 'SIGINT')
    const work = withDeadline(60_000, parent.signal, 'work', waiting)
    parent.abort(reason)
    await expect(work).rejects.toBe(reason)
  })
})
