import { createHash } from 'node:crypto'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import picomatch from 'picomatch'
import { extract } from 'tar-stream'
import type { z } from 'zod'
import { listOf, object, service, text } from '../fields/index.ts'
import type { FolderOf } from '../stack/stack.ts'
import { unread } from './ask.ts'
import { countsOf } from './counts.ts'
import { type DataContext, defineData } from './data.ts'
import { bucketOf, Gathering } from './gather.ts'
import type { Fingerprint, Row, Want } from './print.ts'

const schema = object({
  volume: text.optional(),
  service: service.optional(),
  path: text.refine((path) => path.startsWith('/'), { error: 'write the whole path inside the container' }).optional(),
  under: text.optional(),
  exclude: listOf(text).optional(),
}).superRefine(({ volume, service, path, under }, context) => {
  const fault = (message: string, at: string) => context.addIssue({ code: 'custom', message, path: [at] })
  if (volume === undefined && service === undefined)
    fault('name a "volume", or a "service" and a "path" in it', 'volume')
  else if (volume !== undefined && service !== undefined)
    fault('name either a volume or a service, not both', 'service')
  else if (service !== undefined && path === undefined) fault('name the "path" of the folder in the service', 'path')
  else if (volume !== undefined && path !== undefined) fault('a folder of a volume is named with "under"', 'path')
  if (service !== undefined && under !== undefined) fault('write the whole folder as "path"', 'under')
})
type Options = z.output<typeof schema>

const columns = [
  { name: 'content', type: 'sha256' },
  { name: 'size', type: 'bytes' },
]

/** The files of a folder. */
export const files = defineData<Options>({
  name: 'files',
  summary:
    'Every file below a folder, by its path, with a hash of its bytes: of a `volume` as the stack names it (or a mounted host folder), below `under`; or of a `path` as a `service` sees it, wherever that is mounted. `exclude` leaves out paths, as globs: logs, and the files of a database that is running.',
  example: 'files: { volume: app-data, under: uploads, exclude: ["**/*.log"] }',
  schema,
  title: ({ volume, under, service, path }) =>
    volume === undefined ? `${service}${path}` : [volume, ...(under === undefined ? [] : [under])].join('/'),
  services: (options) => (options.service === undefined ? [] : [options.service]),
  paths: ({ path }) => (path === undefined ? [] : [path]),
  volumes: ({ volume }) => (volume === undefined ? [] : [volume]),
  unit: 'files',
  needsServices: false,
  async count(options, context) {
    let found = 0
    await eachFile(options, context, 'names', () => {
      found += 1
    })
    return countsOf([['files', found]])
  },
  async print(options, context, like) {
    const own = new Gathering()
    const there = await eachFile(options, context, 'content', (row) => own.add(row))
    if (!there && !like) {
      throw unread(where(options), `there is no folder ${files.title(options)}`, 'is it written as the stack has it?')
    }
    const table = {
      name: 'files',
      columns,
      key: ['path'],
      rows: own.count,
      content: own.content(like?.tables.get('files')?.content),
    }
    return { tables: new Map([['files', table]]), schema: {}, sequences: [] } satisfies Fingerprint
  },
  async drill(options, context, wants) {
    return new Map(await Promise.all(wants.map((want) => filesOf(options, context, want))))
  },
})

async function filesOf(options: Options, context: DataContext, { table, buckets }: Want): Promise<[string, Row[]]> {
  const rows: Row[] = []
  await eachFile(options, context, 'content', (row) => {
    if (buckets.includes(bucketOf(row.key))) rows.push(row)
  })
  return [table, rows]
}

function where({ volume, service }: Options): string {
  return volume ?? service ?? ''
}

/** Each file as it comes out of the engine: nothing is unpacked, and no more than a part of one is in memory. */
async function eachFile(
  options: Options,
  { stack, signal, volumeOf }: DataContext,
  what: 'names' | 'content',
  onFile: (row: Row) => void,
): Promise<boolean> {
  const { volume, under = '.', service = '', path = '', exclude = [] } = options
  const isLeftOut = exclude.length > 0 ? picomatch(exclude, { dot: true }) : () => false
  const tar = extract()
  tar.on('entry', (header, stream, next) => {
    const key = header.name.split('/').slice(1).join('/')
    stream.on('error', next)
    stream.on('end', next)
    const isFile = header.type === 'file' || header.type === 'symlink' || header.type === 'link'
    if (!isFile || key === '' || isLeftOut(key)) return void stream.resume()
    if (what === 'names' || header.type !== 'file') {
      onFile({ key, cells: [`${header.type} ${header.linkname ?? ''}`, String(header.size ?? 0)] })
      return void stream.resume()
    }
    const hash = createHash('sha256')
    let size = 0
    stream.on('data', (chunk) => {
      hash.update(chunk as Buffer)
      size += (chunk as Buffer).length
    })
    stream.on('end', () => onFile({ key, cells: [hash.digest('hex'), String(size)] }))
  })
  const folder: FolderOf = volume === undefined ? { service, path } : { volume: volumeOf(volume), under }
  const read = finished(tar, { readable: false })
  read.catch(() => undefined)
  const there = await stack.readFolder(folder, tar as unknown as Writable, signal)
  // Where there is nothing, nothing ends it.
  if (!there) tar.destroy()
  else await read
  return there
}
