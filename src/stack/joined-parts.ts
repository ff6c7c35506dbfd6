import { Transform } from 'node:stream'

/** The engine keeps a long line in parts of this size, and stamps each of them. */
const partBytes = 16 * 1024
const stampBytes = '2026-01-02T03:04:05.123456789Z '.length
const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z $/

/** Takes out the time stamps inside of long lines: a secret that one of them stands in would no longer be known for one. */
export function joinedParts(): Transform {
  let held = Buffer.alloc(0)
  /** Bytes of the current part so far; undefined where a line begins. */
  let part: number | undefined
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const all = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
      const kept: Buffer[] = []
      let at = 0
      while (at < all.length) {
        const begins = part === undefined
        if (begins || part === partBytes) {
          const newline = all.indexOf(10, at)
          const whole = all.length - at >= stampBytes
          // Whether a stamp stands here can't be told yet.
          if (!whole && newline < 0) break
          const isStamp = whole && stamp.test(all.toString('latin1', at, at + stampBytes))
          if (isStamp && begins) kept.push(all.subarray(at, at + stampBytes))
          if (isStamp) at += stampBytes
          part = 0
        }
        const newline = all.indexOf(10, at)
        const limit = at + partBytes - (part ?? 0)
        const end = Math.min(all.length, limit, newline < 0 ? all.length : newline + 1)
        kept.push(all.subarray(at, end))
        part = newline >= 0 && end === newline + 1 ? undefined : (part ?? 0) + end - at
        at = end
      }
      held = Buffer.from(all.subarray(at))
      done(null, Buffer.concat(kept))
    },
    flush(done) {
      done(null, held)
    },
  })
}
