/** A number from 0 up to 1, the same for the same seed and place; mulberry32, which is in the public domain. */
export function seeded(seed: number, place: number): number {
  let state = (Math.imul(seed, 0x9e3779b1) + Math.imul(place, 0x6d2b79f5)) | 0
  state = (state + 0x6d2b79f5) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
