/** A host name in which users address one of the two releases of a service: `server.old`, `server.new`. */
export interface ReleaseHost {
  readonly service: string
  /** Absent where all containers of the service are meant. */
  readonly side?: 'old' | 'new'
}

export function releaseHost(host: string): ReleaseHost {
  const [, service, side] = /^(.+)\.(old|new)$/.exec(host) ?? []
  return service === undefined ? { service: host } : { service, side: side as 'old' | 'new' }
}

/** The name under which the containers of one release of a service are reached; `release` is its place in the path. */
export function releaseAlias(service: string, release: number): string {
  return `${service}.r${release}`
}
