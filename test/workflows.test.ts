import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

interface Workflow {
  readonly permissions: unknown
  readonly concurrency: unknown
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly 'timeout-minutes'?: number
        readonly steps: readonly { readonly run?: string; readonly uses?: string }[]
      }
    >
  >
}

const folder = join(import.meta.dirname, '../.github/workflows')
const names = await readdir(folder)

test('there are workflows', () => expect(names.length).toBeGreaterThan(1))

test.each(names)('%s may only read, and is bounded', async (name) => {
  const workflow = parse(await readFile(join(folder, name), 'utf8')) as Workflow
  expect(workflow.permissions).toEqual({ contents: 'read' })
  expect(workflow.concurrency).toBeDefined()
  for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeGreaterThan(0)
})

test.each(names)('%s runs other actions at a fixed commit', async (name) => {
  const used = [...(await readFile(join(folder, name), 'utf8')).matchAll(/uses: (.*)/g)].map(([, one]) => one as string)
  expect(used.filter((one) => one !== './' && !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(one))).toEqual([])
})

test.each(names)('%s puts no expression into a script', async (name) => {
  const workflow = parse(await readFile(join(folder, name), 'utf8')) as Workflow
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps)
  expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([])
})
