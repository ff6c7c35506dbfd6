import type { ImageUse, Release } from '../plan/plan.ts'
import type { ResolvedImage } from '../releases/release.ts'
import { type Facts, of } from './facts.ts'
import { type Finding, finding, place } from './finding.ts'

/** What proved that another image runs than the release means. */
export function judgeProofs(facts: Facts): Finding[] {
  return of(facts.seen, 'proof').flatMap((proof) => {
    const wrong = proof.services.filter((one) => one.expected !== one.running)
    return wrong.map((one) => {
      const where = place(proof.phase, undefined, one.service)
      const message = `${one.service} was to run ${one.reference} (${one.expected}) as of ${proof.version}, but runs ${one.running || 'nothing'}.`
      const upgraded = proof.phase === 'hop' || proof.phase === 'target'
      return upgraded
        ? finding('incompatible', 'NOT_UPGRADED', message, where)
        : finding('inconclusive', 'BASELINE_RED', message, where)
    })
  })
}

/** Proofs that a pass needs and that nobody made. */
export function missingProofs(facts: Facts): Finding[] {
  return (['baseline', 'target'] as const).flatMap((phase) => {
    const release = phase === 'baseline' ? facts.plan.releases.at(0) : facts.plan.releases.at(-1)
    const proof = of(facts.seen, 'proof').findLast((one) => one.phase === phase)
    const lost = (message: string) => [finding('inconclusive', 'EVIDENCE_LOST', message, place(phase, undefined))]
    if (!proof || proof.services.length === 0) return lost(`Nothing proves which images ran on the ${phase}.`)
    if (proof.version !== release?.version)
      return lost(`The ${phase} was proven to be ${proof.version}, not ${release?.version}.`)
    const proven = new Set(proof.services.map((one) => one.service))
    const pinned = release.images.filter((use) => use.pinned)
    if (pinned.length > 0 && pinned.every((use) => use.replicas === 0))
      return lost(`Nothing of ${release.version} runs: each service that follows the pin has no replicas.`)
    const missing = pinned.filter((use) => use.replicas !== 0 && !proven.has(use.service)).map((use) => use.service)
    return missing.length === 0 ? [] : lost(`Nothing proves which image ${missing.join(', ')} ran on the ${phase}.`)
  })
}

/** An upgrade from an image to itself proves nothing. One that moves only some of the pinned images is told. */
export function judgeImages(facts: Facts): Finding[] {
  const [source, target] = [facts.plan.releases.at(0), facts.plan.releases.at(-1)]
  if (!source || !target) return []
  const resolved = resolvedImages(facts)
  const pairs = pinnedUses(target).flatMap((after) => {
    const before = source.images.find((use) => use.service === after.service)
    const images = before && [resolved.get(before.reference), resolved.get(after.reference)]
    return images?.[0] && images[1] ? [{ use: after, same: isSame(images[0], images[1]), image: images[1] }] : []
  })
  const same = pairs.filter((pair) => pair.same)
  return same.map(({ use, image }) => {
    const message = `${use.service} has the same image in ${source.version} and ${target.version}: ${image.digest ?? image.id}.`
    return finding(
      same.length === pairs.length ? 'inconclusive' : 'warning',
      'SAME_IMAGE',
      message,
      place('prepare', undefined, use.service),
    )
  })
}

/** Pinned images that the journal does not know: that they differ can't be shown. */
export function missingImages(facts: Facts): Finding[] {
  const resolved = resolvedImages(facts)
  const ends = [facts.plan.releases.at(0), facts.plan.releases.at(-1)].filter((release) => release !== undefined)
  const missing = ends.flatMap((release) => pinnedUses(release)).filter((use) => !resolved.has(use.reference))
  return missing.map((use) => {
    return finding(
      'inconclusive',
      'EVIDENCE_LOST',
      `Nothing tells which image ${use.reference} is.`,
      place('prepare', undefined, use.service),
    )
  })
}

export function resolvedImages(facts: Facts): Map<string, ResolvedImage> {
  return new Map(of(facts.seen, 'image').map((entry) => [entry.image.reference, entry.image]))
}

function pinnedUses(release: Release): readonly ImageUse[] {
  const pinned = release.images.filter((use) => use.pinned)
  return pinned.length > 0 ? pinned : release.images
}

function isSame(one: ResolvedImage, other: ResolvedImage): boolean {
  return one.id === other.id || (one.digest !== undefined && one.digest === other.digest)
}
