import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Redactor, Sink } from '../../src/redact/index.ts'
import { writeReports, writeVerdictFirst } from '../../src/reports/index.ts'
import { goodRun, makePlan, observe } from '../verdict/rehearsal.ts'
import { inputOf, passed } from './sample.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reports-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('all reports are written, and the verdict last', async () => {
  const order: string[] = []
  const sink = new Sink()
  const write = sink.writeFile.bind(sink)
  sink.writeFile = async (path, content) => {
    await write(path, content)
    order.push(path)
  }
  const written = await writeReports(sink, folder, passed())
  expect(written).toEqual({
    paths: ['junit.xml', 'summary.md', 'verdict.json'].map((name) => join(folder, name)),
    problems: [],
  })
  expect(order.at(-1)).toBe(join(folder, 'verdict.json'))
  expect(JSON.parse(await readFile(join(folder, 'verdict.json'), 'utf8'))).toEqual(passed().verdict)
})

test('where there was no room for all, the verdict is first', async () => {
  const order: string[] = []
  const sink = new Sink()
  const write = sink.writeFile.bind(sink)
  sink.writeFile = async (path, content) => {
    order.push(...(await readdir(folder)), path)
    await write(path, content)
  }
  await writeReports(new Sink(), folder, passed())
  await writeVerdictFirst(sink, folder, passed())
  // What the others took is free by then.
  expect(order.slice(0, 2)).toEqual(['verdict.json', join(folder, 'verdict.json')])
  expect((await readdir(folder)).sort()).toEqual(['junit.xml', 'summary.md', 'verdict.json'])
})

test('no secret is in any report, and each stays well-formed', async () => {
  const redactor = new Redactor()
  redactor.learn(`kn<o>wn&"secret"`)
  const plan = makePlan()
  const seen = {
    outcome: 'failed',
    expected: 'x',
    actual: `kn<o>wn&"secret" password: "pattern-secret" postgres://u:url-secret@db`,
    detail: 'Authorization: Bearer header-secret',
    log: [`-----BEGIN PRIVATE KEY-----`, `{"token":"json-secret"}`],
  } as const
  const entries = observe(goodRun(plan), 'target.check.1', seen)
  const { problems } = await writeReports(new Sink({ redactor }), folder, inputOf(plan, entries))
  expect(problems).toEqual([])
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name), 'utf8')
    expect(content, name).not.toMatch(/secret/)
    expect(content, name).toContain('***')
    if (name.endsWith('.xml')) expect(XMLValidator.validate(content)).toBe(true)
  }
})

test('one that breaks does not take the others along', async () => {
  const input = passed()
  const verdict = { ...input.verdict, timings: undefined as never }
  const { paths, problems } = await writeReports(new Sink(), folder, { ...input, verdict })
  expect(paths).toEqual(['junit.xml', 'verdict.json'].map((name) => join(folder, name)))
  expect(problems).toMatchObject([{ code: 'INTERNAL' }])
})
