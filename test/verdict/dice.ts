import { seeded } from '../redact/random.ts'

export type Dice = ReturnType<typeof dice>

/** Draws that are the same for the same seed. */
export function dice(seed: number) {
  const draw = seeded(seed)
  return {
    happens: (share: number) => draw() < share,
    oneOf: <Item>(list: readonly Item[]) => list[Math.floor(draw() * list.length)] as Item,
    below: (limit: number) => Math.floor(draw() * limit),
  }
}
