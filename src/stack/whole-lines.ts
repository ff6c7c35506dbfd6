import { Transform } from 'node:stream'

const longestLine = 64 * 1024

/** Hands on whole lines only, so that two streams can be written into one file without tearing each other's lines. */
export function wholeLines(): Transform {
  let rest = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const all = Buffer.concat([rest, chunk])
      const end = all.lastIndexOf(10) + 1
      // A line without an end must not grow for ever.
      const cut = all.length - end > longestLine ? all.length : end
      rest = Buffer.from(all.subarray(cut))
      done(null, cut > 0 ? all.subarray(0, cut) : undefined)
    },
    flush(done) {
      done(null, rest.length > 0 ? Buffer.concat([rest, Buffer.from('\n')]) : undefined)
    },
  })
}
