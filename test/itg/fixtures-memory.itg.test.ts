import type { ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack } from 'tar-stream'
import { describe, expect, test } from 'vitest'
import { compose, notesDump, single } from './apps.ts'
import { makeFolder, rehearseIn } from './harness.ts'

const mega = 2 ** 20

/** Runs a rehearsal that ends with a red baseline, and gives the most memory that this program itself held, in bytes. */
async function peakOf(folder: string): Promise<number> {
  let child: ChildProcess | undefined
  let peak = 0
  const look = async () => {
    const status = await readFile(`/proc/${child?.pid}/status`, 'utf8').catch(() => '')
    peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024)
  }
  const watching = setInterval(() => void look(), 20)
  try {
    const outcome = await rehearseIn(folder, {
      onOutput: (_, running) => {
        child = running
      },
    })
    // The restore went through, and what came after it was asked for.
    expect(outcome.codes, outcome.output).toEqual(['BASELINE_RED'])
    expect(
      outcome.entries.find((entry) => entry.type === 'step-finished' && entry.step.endsWith('.restore')),
    ).toMatchObject({ outcome: 'done' })
  } finally {
    clearInterval(watching)
  }
  expect(peak).toBeGreaterThan(20 * mega)
  return peak
}

async function writeDump(file: string, megabytes: number): Promise<void> {
  const [before = '', after = ''] = notesDump(0)
    .replace("_id_seq', 0,", "_id_seq', 1,")
    .split('COPY public.schema_version')
  const row = `note ${'x'.repeat(2 ** 17 - 20)}\n`
  function* content(): Generator<string> {
    yield before
    yield 'COPY public.notes (id, title) FROM stdin;\n'
    for (let id = 1; id <= megabytes * 8; id++) yield `${id}\t${row}`
    yield `\\.\nCOPY public.schema_version${after}`
  }
  await pipeline(Readable.from(content()), createWriteStream(file))
}

async function writeArchive(file: string, megabytes: number): Promise<void> {
  const archive = pack()
  const content = Buffer.alloc(mega, 'x')
  const writing = pipeline(archive as unknown as Readable, createWriteStream(file))
  for (let index = 0; index < megabytes; index++) {
    await new Promise<void>((done, fail) =>
      archive.entry({ name: `file-${index}` }, content, (error) => (error ? fail(error) : done())),
    )
  }
  archive.finalize()
  await writing
}

const red = '\n  - exec: { service: SERVICE, run: ["false"] }'

describe('memory does not grow with the size of a backup', () => {
  test('a plain dump of 300 MB', { timeout: 180_000 }, async () => {
    const files = compose({ smoke: red.replace('SERVICE', 'db'), more: 'limits: { restore: 2m }' })
    const peaks: number[] = []
    for (const megabytes of [3, 300]) {
      const folder = await makeFolder(files)
      await writeDump(join(folder, 'notes.sql'), megabytes)
      peaks.push(await peakOf(folder))
    }
    expect(
      (peaks[1] as number) - (peaks[0] as number),
      `${peaks.map((one) => Math.round(one / mega))} MiB`,
    ).toBeLessThan(40 * mega)
  })

  test('an archive of 300 MB', { timeout: 180_000 }, async () => {
    const config = single({
      fixtures: '\n  - volume: { name: data, archive: data.tar }',
      smoke: red.replace('SERVICE', 'app'),
    })
    const peaks: number[] = []
    for (const megabytes of [3, 300]) {
      const folder = await makeFolder({ 'upgrade-rehearsal.yml': config })
      await writeArchive(join(folder, 'data.tar'), megabytes)
      peaks.push(await peakOf(folder))
    }
    expect(
      (peaks[1] as number) - (peaks[0] as number),
      `${peaks.map((one) => Math.round(one / mega))} MiB`,
    ).toBeLessThan(40 * mega)
  })
})
