import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '../root.ts'

/** The licences of every package that is part of the bundle: they ask to be passed on with it. */
export async function licences(inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []))
  const packages = await Promise.all([...folders].map(describe))
  const byText = Map.groupBy(packages, ({ text }) => text)
  const parts = [...byText].map(([text, sharing]) => ({
    title: sharing
      .map(({ title }) => title)
      .sort()
      .join('\n'),
    text,
  }))
  return parts
    .sort((a, b) => (a.title < b.title ? -1 : 1))
    .map(({ title, text }) => `${title}\n\n${text}\n`)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

async function describe(folder: string): Promise<{ readonly title: string; readonly text: string }> {
  const manifest = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
  const names = await readdir(join(root, folder))
  const files = names.filter((name) => /^(licen[cs]e|copying|notice)\b/i.test(name)).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(root, folder, name), 'utf8')))
  const stated = `Licence: ${manifest.license ?? 'see its homepage'}${manifest.author?.name ? `; author: ${manifest.author.name}` : ''}`
  const text = texts.map((one) => one.replaceAll('\r\n', '\n').trim()).join('\n\n') || stated
  return { title: `${manifest.name} ${manifest.version}`, text }
}
