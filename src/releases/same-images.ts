import { RehearsalError } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { Release, ResolvedImage } from './release.ts'

/** Refuses a hop between releases that are the same images: it would rehearse nothing. Throws SAME_IMAGE. */
export function refuseSameImages(plan: Plan, images: readonly ResolvedImage[]): void {
  const idOf = (reference: string) => images.find((image) => image.reference === reference)?.id
  for (const hop of plan.hops) {
    const [from, to] = [plan.releases[hop.from], plan.releases[hop.to]]
    const pinned = (from?.images ?? []).filter((image) => image.pinned)
    const moved = pinned.some(({ service, reference }) => {
      const target = to?.images.find((image) => image.service === service)
      return !target || idOf(reference) !== idOf(target.reference)
    })
    if (moved) continue
    throw new RehearsalError(
      'SAME_IMAGE',
      `${from?.version} and ${to?.version} are the same images: this upgrade changes nothing`,
      {
        where: pinned.map(({ service }) => service).join(', '),
        hint: 'is the new version published under that tag already?',
      },
    )
  }
}

/** The same before anything is pulled, where already the references are the same. Throws SAME_IMAGE. */
export function refuseSameReferences(releases: readonly Release[]): void {
  releases.slice(1).forEach((to, index) => {
    const from = releases[index] as Release
    const pinned = from.images.filter((image) => image.pinned)
    const same = pinned.every(({ service, reference }) =>
      to.images.some((image) => image.service === service && image.reference === reference),
    )
    if (!same || pinned.length === 0) return
    throw new RehearsalError(
      'SAME_IMAGE',
      `source and target are both ${pinned[0]?.reference}: this upgrade changes nothing`,
      {
        where: pinned.map(({ service }) => service).join(', '),
        hint: 'does the pin say what production runs, and is the target another version?',
      },
    )
  })
}
