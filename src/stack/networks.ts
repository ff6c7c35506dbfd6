import type Dockerode from 'dockerode'
import { asking, type Engine } from './engine.ts'

export interface NetworkOptions {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Nothing gets out: neither to the internet nor to an address of the host itself. */
  readonly sealed: boolean
}

/**
 * `internal` alone leaves every address of the host reachable, and old engines forward DNS for it (CVE-2024-29018).
 * Without an address on the bridge there is nothing to reach: `inhibit_ipv4`, or `isolated` from engine 28 on.
 */
export async function createNetwork(engine: Engine, options: NetworkOptions): Promise<Dockerode.Network> {
  const isolated = Number.parseInt(engine.version, 10) >= 28
  const sealing: Record<string, string> = isolated
    ? { 'com.docker.network.bridge.gateway_mode_ipv4': 'isolated' }
    : { 'com.docker.network.bridge.inhibit_ipv4': 'true' }
  return await asking(() =>
    engine.api.createNetwork({
      Name: options.name,
      Driver: 'bridge',
      CheckDuplicate: true,
      Internal: options.sealed,
      Labels: { ...options.labels },
      ...(options.sealed ? { Options: sealing } : {}),
    }),
  )
}
