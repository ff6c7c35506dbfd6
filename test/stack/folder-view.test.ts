import { mkdir, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeView, realPath } from '../../src/stack/folder-view.ts'
import { folderWith } from '../config/folder.ts'

async function viewOf(replaced: (folder: string) => [string, string][]) {
  const folder = await folderWith({
    'deploy/docker-compose.yml': 'compose',
    'deploy/.env': 'V=1',
    'deploy/config/app.conf': 'setting',
    'shared/base.yml': 'base',
  })
  const root = join(await folderWith({}), 'view')
  await mkdir(root)
  const inView = await makeView(root, new Map(replaced(folder)))
  return { folder, root, inView, read: (name: string) => readFile(inView(join(folder, name)), 'utf8') }
}

test('shows the other content, everything else as it is, and leaves the files alone', async () => {
  const { folder, read } = await viewOf((folder) => [[join(folder, 'deploy/.env'), 'V=2']])
  expect(await read('deploy/.env')).toBe('V=2')
  expect(await readFile(join(folder, 'deploy/.env'), 'utf8')).toBe('V=1')
  expect(await read('deploy/docker-compose.yml')).toBe('compose')
  expect(await read('deploy/config/app.conf')).toBe('setting')
  // As Compose follows `../shared/base.yml` from the project's folder.
  expect(await read('deploy/../shared/base.yml')).toBe('base')
})

test('shows several files, in folders inside each other, and files that do not exist', async () => {
  const { inView, folder, read } = await viewOf((folder) => [
    [join(folder, 'deploy/config/app.conf'), 'other setting'],
    [join(folder, 'deploy/.env'), 'V=2'],
    [join(folder, 'deploy/new/deep/file'), 'new'],
  ])
  expect(await read('deploy/config/app.conf')).toBe('other setting')
  expect(await read('deploy/.env')).toBe('V=2')
  expect(await read('deploy/new/deep/file')).toBe('new')
  expect(await read('deploy/docker-compose.yml')).toBe('compose')
  expect((await readdir(inView(join(folder, 'deploy')))).sort()).toEqual([
    '.env',
    'config',
    'docker-compose.yml',
    'new',
  ])
  await expect(readdir(join(folder, 'deploy/new'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('what is written beside a replaced file later does not reach the real folder', async () => {
  const { inView, folder } = await viewOf((folder) => [[join(folder, 'deploy/.env'), 'V=2']])
  await writeFile(inView(join(folder, 'deploy/.env')), 'V=3')
  expect(await readFile(join(folder, 'deploy/.env'), 'utf8')).toBe('V=1')
})

test('a path of the view leads back to the real one, and others stay what they are', async () => {
  const { root, inView, folder } = await viewOf((folder) => [[join(folder, 'deploy/.env'), 'V=2']])
  expect(realPath(root, inView(join(folder, 'deploy/config')))).toBe(join(folder, 'deploy/config'))
  expect(realPath(root, '/somewhere/else')).toBe('/somewhere/else')
  expect(realPath(root, root)).toBe(root)
  expect(await realpath(inView(join(folder, 'deploy/config')))).toBe(await realpath(join(folder, 'deploy/config')))
})

test('who may read a file may read what takes its place: a container has it mounted as another user', async () => {
  const { folder, inView } = await viewOf((folder) => [
    [join(folder, 'deploy/config/app.conf'), 'other setting'],
    [join(folder, 'deploy/new.conf'), 'new'],
  ])
  const modeOf = async (path: string) => (await stat(path)).mode & 0o777
  const shown = await modeOf(inView(join(folder, 'deploy/config/app.conf')))
  expect(shown).toBe(await modeOf(join(folder, 'deploy/config/app.conf')))
  expect(await modeOf(inView(join(folder, 'deploy/new.conf')))).toBe(0o600)
})

test('two contents of one length, written in the same moment, have times of their own, none of them ahead', async () => {
  const times = await Promise.all(
    ['V=1', 'V=2', 'V=3', 'V=4'].map(async (content) => {
      const { folder, inView } = await viewOf((folder) => [[join(folder, 'deploy/.env'), content]])
      return (await stat(inView(join(folder, 'deploy/.env')))).mtimeMs
    }),
  )
  // Apart from each other by more than what a file system may round to.
  const sorted = times.toSorted((a, b) => a - b)
  expect(sorted.slice(1).every((time, index) => time - (sorted[index] as number) > 2_000)).toBe(true)
  expect(sorted.at(-1)).toBeLessThanOrEqual(Date.now())
})
