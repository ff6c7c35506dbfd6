import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { forbiddance, isOlder, parseVersion, type Version } from '../versions/index.ts'

/** A version with its place among releases. Throws USAGE where it has none. */
export function ordered({ path }: Config, version: string, what: string): Version {
  const parsed = parseVersion(version, path.scheme)
  if (parsed) return parsed
  const article = what === 'target' ? '--to' : '--from'
  throw new RehearsalError(
    'USAGE',
    `the ${what} "${version}" has no place among versions of the scheme ${path.scheme}`,
    {
      hint: `say which version it is with ${article} VERSION; it may stand beside --to-image`,
    },
  )
}

export function isForbidden({ path }: Config, version: Version): boolean {
  return forbiddance(version, path, path.scheme) !== undefined
}

/** The release that the fixtures are of, where that is written. Throws CONFIG where it has no place among releases. */
export function carriedRelease(config: Config): Version | undefined {
  const written = config.path['carry-from']
  if (written === undefined) return undefined
  const parsed = parseVersion(written, config.path.scheme)
  if (parsed) return parsed
  const what = `"${written}" has no place among versions of the scheme ${config.path.scheme}`
  throw new RehearsalError('CONFIG', `${config.at(['path', 'carry-from'])}: ${what}`)
}

/** The release that the fixtures are to be carried forward from; undefined where they are of the source. Throws CONFIG, USAGE. */
export function carriedFrom(config: Config, from: string): Version | undefined {
  const carried = carriedRelease(config)
  if (!carried) return undefined
  const source = ordered(config, from, 'source')
  if (isOlder(carried, source)) return carried
  if (!isOlder(source, carried)) return undefined
  const message = `the fixtures are of ${carried.text}, and nothing leads from there to the older source ${from}`
  throw new RehearsalError('CONFIG', `${config.at(['path', 'carry-from'])}: ${message}`, {
    hint: `rehearse from ${carried.text} or later, or name fixtures that are of ${from} or older`,
  })
}
