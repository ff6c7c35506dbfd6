/** Where a repository is asked for: its registry's address and its name there. */
export interface RegistryName {
  /** As the engine's client names the registry: `registry.example.org`, `127.0.0.1:5000`. */
  readonly host: string
  /** `https://registry.example.org` */
  readonly origin: string
  readonly repository: string
}

const loopback = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/

/**
 * Reads a repository as image references name it. Without a registry's name it is Docker Hub's. A registry on this
 * machine is asked without TLS, as the engine does; any other one only where `http://` stands before it.
 */
export function registryName(written: string): RegistryName {
  const [, scheme, rest = ''] = /^(https?:\/\/)?(.*)$/.exec(written) ?? []
  const [first = '', ...others] = rest.split('/')
  const named = others.length > 0 && (/[.:]/.test(first) || first === 'localhost')
  const host = named ? first : 'docker.io'
  if (host === 'docker.io' || host === 'index.docker.io') {
    const name = named ? others.join('/') : rest
    const repository = name.includes('/') ? name : `library/${name}`
    return { host: 'docker.io', origin: 'https://registry-1.docker.io', repository }
  }
  const prefix = scheme ?? (loopback.test(host) ? 'http://' : 'https://')
  return { host, origin: `${prefix}${host}`, repository: others.join('/') }
}
