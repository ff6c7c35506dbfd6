/** Puts an image of the registry, as it is, into a list that offers it to another architecture only. */
export async function publishIndex(reference: string, architecture: string): Promise<void> {
  const [, host, name, tag] = /^([^/]+)\/(.+):([^:]+)$/.exec(reference) as unknown as [string, string, string, string]
  const url = `http://${host}/v2/${name}/manifests/${tag}`
  const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
  const answer = await fetch(url, { headers: { accept: mediaType } })
  const size = (await answer.arrayBuffer()).byteLength
  const digest = answer.headers.get('docker-content-digest')
  const list = 'application/vnd.docker.distribution.manifest.list.v2+json'
  const manifests = [{ mediaType, size, digest, platform: { architecture, os: 'linux' } }]
  const body = JSON.stringify({ schemaVersion: 2, mediaType: list, manifests })
  const put = await fetch(url, { method: 'PUT', headers: { 'content-type': list }, body })
  if (!put.ok) throw new Error(`the registry refuses the list: ${put.status} ${await put.text()}`)
}
