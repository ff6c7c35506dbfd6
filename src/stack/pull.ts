import pLimit from 'p-limit'
import { type ProblemCode, RehearsalError } from '../errors.ts'
import { isReference, repositoryOf } from '../releases/reference.ts'
import type { ResolvedImage } from '../releases/release.ts'
import { asking, type Engine } from './engine.ts'

interface Local {
  readonly Id: string
  readonly Architecture?: string
  readonly RepoDigests?: readonly string[]
}

const atOnce = 4

/** Gets every image once, side by side, pulled or built; everything later runs what is recorded here. Throws PULL_… and NO_SPACE. */
export function pullImages(
  engine: Engine,
  references: readonly string[],
  signal: AbortSignal,
  onImage: (image: ResolvedImage) => void,
  build: (reference: string) => Promise<ResolvedImage> | undefined = () => undefined,
): Promise<ResolvedImage[]> {
  const limit = pLimit(atOnce)
  const architecture = asking(() => engine.api.version()).then(({ Arch }) => Arch)
  architecture.catch(() => undefined)
  const pulling = references.map((reference) =>
    limit(async () => {
      const image = await (build(reference) ?? pullOne(engine, reference, signal, architecture))
      onImage(image)
      return image
    }),
  )
  return Promise.all(pulling)
}

async function pullOne(
  engine: Engine,
  reference: string,
  signal: AbortSignal,
  architecture: Promise<string>,
): Promise<ResolvedImage> {
  if (!isReference(reference)) throw new RehearsalError('STACK_INVALID', `"${reference}" is not an image reference`)
  const local = await inspectImage(engine, reference)
  // This repository never had it: a candidate that was just built here. What a registry had may have moved there.
  if (local && digestOf(local, reference) === undefined)
    return { reference, id: local.Id, run: local.Id, source: 'local', ...foreign(local, await architecture) }
  if (local && /@sha256:|^sha256:/.test(reference))
    return { ...resolved(reference, local), ...foreign(local, await architecture) }
  const result = await engine.docker(['pull', '--quiet', reference], { signal })
  if (result.exitCode !== 0) throw pullError(reference, result.stderr)
  const pulled = await inspectImage(engine, reference)
  if (!pulled)
    throw new RehearsalError('PULL_FAILED', `${reference} was pulled, but the engine does not have it`, {
      where: reference,
    })
  return { ...resolved(reference, pulled), ...foreign(pulled, await architecture) }
}

async function inspectImage(engine: Engine, reference: string): Promise<Local | undefined> {
  try {
    return await asking(() => engine.api.getImage(reference).inspect())
  } catch (cause) {
    if ((cause as { statusCode?: number }).statusCode === 404) return undefined
    throw cause
  }
}

/** An engine takes such an image too, and may even run it, by emulation. */
function foreign({ Architecture: own = '' }: Local, architecture: string): Pick<ResolvedImage, 'foreign'> {
  return own === '' || own === architecture ? {} : { foreign: own }
}

function resolved(reference: string, image: Local): ResolvedImage {
  const digest = digestOf(image, reference) ?? image.RepoDigests?.[0]
  if (digest === undefined) return { reference, id: image.Id, run: image.Id, source: 'local' }
  return { reference, id: image.Id, digest, run: digest, source: 'pulled' }
}

/** The digest under which the reference's own repository knows an image; another one's says nothing about it. */
function digestOf(image: Local, reference: string): string | undefined {
  const repository = shortName(reference)
  return image.RepoDigests?.find((digest) => shortName(digest) === repository)
}

/** Docker Hub's repositories go by several names. */
function shortName(reference: string): string {
  return repositoryOf(reference)
    .replace(/^(index\.)?docker\.io\//, '')
    .replace(/^library\//, '')
}

/** What registries and the engine say, and what each means. First match counts. */
const causes: readonly { code: ProblemCode; says: RegExp; hint: string }[] = [
  {
    code: 'PULL_RATE_LIMIT',
    says: /toomanyrequests|too many requests|rate limit|\b429\b/i,
    hint: 'log in to the registry before the rehearsal, or try again later',
  },
  { code: 'NO_SPACE', says: /no space left on device/i, hint: 'free some disk space, then run it again' },
  {
    code: 'PULL_AUTH',
    says: /unauthorized|authentication required|no basic auth|access denied|access to the resource is denied|denied:|forbidden|\b40[13]\b/i,
    hint: 'log in with "docker login" first; is the name right?',
  },
  {
    code: 'PULL_NOT_FOUND',
    says: /not found|manifest unknown|name unknown|no matching manifest|does not exist|\b404\b/i,
    hint: 'is the version published, and for this machine’s architecture?',
  },
]

/** The engine's words as a problem; a registry that hides what exists behind "denied" is an auth problem. */
export function pullError(reference: string, stderr: string): RehearsalError {
  const said = stderr.trim().split('\n').at(-1) ?? ''
  // A name, a port or a digest may look like any of these.
  const words = stderr.replaceAll(reference, '').replace(/sha256:\w+|https?:\/\/\S+|\[?[\w.:-]+\]?:\d+/g, '')
  const cause = causes.find(({ says }) => says.test(words))
  return new RehearsalError(cause?.code ?? 'PULL_FAILED', `can't pull ${reference}: ${said}`, {
    where: reference,
    hint: cause?.hint ?? 'does the registry answer from this machine?',
  })
}
