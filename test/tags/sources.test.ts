import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { file } from '../../src/tags/file.ts'
import { git } from '../../src/tags/git.ts'
import { folderWith } from '../config/folder.ts'
import { tagContext } from './context.ts'

const call = promisify(execFile)

describe('tags in a file', () => {
  const read = async (text: string) =>
    await file.list('r.yml', tagContext({ folder: await folderWith({ 'r.yml': text }) }))

  test('are a list, with the end of support where that is known', async () => {
    expect(await read('- "1.8.3"\n- { tag: "1.9.4", supported-until: 2027-01-31 }\n')).toEqual([
      { tag: '1.8.3' },
      { tag: '1.9.4', supportedUntil: '2027-01-31' },
    ])
  })

  test.each([
    ['- 1.10\n', 'r.yml:1:3: write a tag in quotes'],
    ['- "1.9.4"\n- { tag: "2.0.0", supported-until: soon }\n', 'r.yml:2:3: write a tag in quotes'],
    ['tags: []\n', 'r.yml:1:1: write a list of tags'],
    ['', 'r.yml:1:1: write a list of tags'],
    ['- [\n', 'r.yml:2:1: this is not YAML'],
  ])('%j is refused with its place', async (text, says) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'CONFIG', message: expect.stringContaining(says) })
  })

  test('that is missing is told by its name', async () => {
    await expect(file.list('none.yml', tagContext())).rejects.toMatchObject({ message: "none.yml can't be read" })
  })
})

describe('tags of a git repository', () => {
  async function repository(): Promise<string> {
    const folder = await folderWith({ 'a.txt': 'x' })
    const run = (...argv: string[]) =>
      call('git', ['-C', folder, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...argv])
    await run('init', '--quiet')
    await run('add', '.')
    await run('commit', '--quiet', '--message', 'first')
    for (const tag of ['v1.0.0', 'v1.1.0']) await run('tag', tag)
    await run('tag', '--annotate', '--message', 'signed off', 'v2.0.0')
    return folder
  }

  test('are listed from a folder and from a URL, annotated ones once', async () => {
    const folder = await repository()
    const expected = [{ tag: 'v1.0.0' }, { tag: 'v1.1.0' }, { tag: 'v2.0.0' }]
    expect(await git.list('.', tagContext({ folder }))).toEqual(expected)
    expect(await git.list(`file://${folder}`, tagContext())).toEqual(expected)
  })

  test('of a repository that is none are a named problem', async () => {
    await expect(git.list('file:///nonexistent/x.git', tagContext())).rejects.toMatchObject({
      code: 'PULL_NOT_FOUND',
      message: expect.stringContaining("can't list the tags of file:///nonexistent/x.git: fatal:"),
    })
  })

  test('behind a password that is in the URL do not tell it', async () => {
    const context = tagContext({ withinMs: 5_000 })
    const refused = git.list('http://me:hunter2-hunter2@127.0.0.1:1/x.git', context)
    const error = await refused.then(
      () => undefined,
      (thrown: Error) => thrown,
    )
    expect(error?.message).toContain("can't list the tags of http://127.0.0.1:1/x.git")
    expect(JSON.stringify([error, error?.message])).not.toContain('hunter2')
    expect(context.secrets).toEqual(['hunter2-hunter2'])
  })

  test.each(['--upload-pack=touch /tmp/x', '-x', 'ext::sh -c id'])('%s is no repository', (written) => {
    expect(git.schema.safeParse(written).success).toBe(false)
  })
})
