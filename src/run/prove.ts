import { RehearsalError } from '../errors.ts'
import type { Phase, Plan } from '../plan/plan.ts'
import type { ResolvedImage } from '../releases/release.ts'
import type { RunPorts } from './ports.ts'

/** Compares the images that really run with those of the release; the journal gets both. Throws WRONG_IMAGE. */
export async function proveImages(
  { plan, stack, journal }: Pick<RunPorts, 'plan' | 'stack' | 'journal'>,
  pulled: readonly ResolvedImage[],
  phase: Phase,
  release: number,
): Promise<number> {
  const { images, version } = plan.releases[release] as Plan['releases'][number]
  const containers = await stack.containers()
  // Of a service without replicas nothing is to run.
  const expected = images.filter(({ replicas }) => replicas !== 0)
  const services = expected.map(({ service, reference }) => ({
    service,
    reference,
    expected: pulled.find((image) => image.reference === reference)?.id ?? 'none',
    running: [
      ...new Set(containers.filter((container) => container.service === service).map(({ image }) => image)),
    ].join(', '),
  }))
  journal.write({ type: 'proof', phase, version, services })
  const wrong = services.find((service) => service.expected !== service.running)
  if (wrong) {
    const { service: where, expected, running } = wrong
    const actual = running === '' ? 'no container' : running
    throw new RehearsalError('WRONG_IMAGE', `${where} does not run ${wrong.reference}`, { where, expected, actual })
  }
  return services.length
}
