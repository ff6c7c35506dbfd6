import { type Known, select } from './select.ts'

/** How much of the supported releases an event is worth. */
export const tiers = ['pr', 'nightly', 'weekly'] as const
export type Tier = (typeof tiers)[number]

/** `pr`: the latest of each minor; `nightly`: its first and last; `weekly`: all. */
export function ofTier(releases: readonly Known[], tier: Tier): Known[] {
  switch (tier) {
    case 'pr':
      return select(releases, { kind: 'ends', ends: ['last'], of: 'minor' }, '')
    case 'nightly':
      return select(releases, { kind: 'ends', ends: ['first', 'last'], of: 'minor' }, '')
    case 'weekly':
      return [...releases]
  }
}
