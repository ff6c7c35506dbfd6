import { z } from 'zod'
import { text } from '../fields/index.ts'
import { nextPage } from './challenge.ts'
import { RegistryClient } from './registry-client.ts'
import { type RegistryName, registryName } from './registry-name.ts'
import { defineTagSource, type Listed, type TagContext } from './tag-source.ts'

const schema = text.refine((value) => /^(https?:\/\/)?[\w.-]+(:\d+)?(\/[a-z0-9._-]+)*$/.test(value), {
  error: 'write a repository without a tag, such as registry.example.org/acme/app',
})

const page = z.object({ tags: z.array(z.string()).nullish() })
const platform = z.object({ os: z.string().optional(), architecture: z.string().optional() })
const manifest = z.object({
  manifests: z.array(z.object({ platform: platform.optional() })).optional(),
  config: z.object({ digest: z.string() }).optional(),
})
const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
const imageTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]
const accepted = [...indexTypes, ...imageTypes].join(', ')

/** No project has as many; a registry that goes on for ever must not keep a rehearsal. */
const mostTags = 100_000
const perPage = 1_000

/** Tags of a repository in a registry. */
export const registry = defineTagSource<string>({
  name: 'registry',
  summary:
    "The tags of a repository in a registry, asked for with the credentials of the engine's client (`docker login`). On the way between source and target, a release without an image for this machine is left out.",
  example: 'registry: registry.example.org/acme/app',
  schema,
  title: (written) => written.replace(/^https?:\/\//, ''),
  list: (written, context) => listTags(registryName(written), context),
  platforms: (written, tag, context) => platformsOf(registryName(written), tag, context),
})

async function listTags(name: RegistryName, context: TagContext): Promise<Listed[]> {
  const client = new RegistryClient(name, context)
  const tags = new Set<string>()
  let url: string | undefined = `${name.origin}/v2/${name.repository}/tags/list?n=${perPage}`
  for (const asked = new Set<string>(); url !== undefined; ) {
    if (asked.has(url) || tags.size > mostTags) throw client.unreadable('a list without an end')
    asked.add(url)
    const { headers, text } = await client.get(url)
    for (const tag of read(client, page, text, 'the list of tags').tags ?? []) tags.add(tag)
    url = following(client, url, nextPage(headers.get('link')))
  }
  return [...tags].map((tag) => ({ tag }))
}

/** The next page, on the same registry: credentials must not follow a link to anywhere else. */
function following(client: RegistryClient, url: string, link: string | undefined): string | undefined {
  if (link === undefined) return undefined
  const next = URL.canParse(link, url) ? new URL(link, url) : undefined
  if (next?.origin !== new URL(url).origin) throw client.unreadable('the address of the next page')
  return next.href
}

async function platformsOf(name: RegistryName, tag: string, context: TagContext): Promise<string[]> {
  const client = new RegistryClient(name, context)
  const base = `${name.origin}/v2/${name.repository}`
  const { text } = await client.get(`${base}/manifests/${tag}`, accepted)
  const { manifests, config } = read(client, manifest, text, `the manifest of ${tag}`)
  if (manifests) return manifests.flatMap(({ platform: one }) => (one ? [platformName(one)] : []))
  if (!config) throw client.unreadable(`the manifest of ${tag}`)
  const image = await client.get(`${base}/blobs/${config.digest}`)
  return [platformName(read(client, platform, image.text, `the image of ${tag}`))]
}

function platformName({ os = 'linux', architecture = 'unknown' }: z.output<typeof platform>): string {
  return `${os}/${architecture}`
}

function read<Shape extends z.ZodType>(
  client: RegistryClient,
  shape: Shape,
  text: string,
  what: string,
): z.output<Shape> {
  try {
    return shape.parse(JSON.parse(text))
  } catch (cause) {
    throw client.unreadable(what, cause)
  }
}
