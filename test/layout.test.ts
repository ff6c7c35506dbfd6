import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { faults, writers } from './layout-rules.ts'

const src = join(import.meta.dirname, '../src')
const files = (await readdir(src, { recursive: true })).filter((name) => name.endsWith('.ts'))

test('there are sources to look at', () => expect(files.length).toBeGreaterThan(50))

test('every source keeps the rules of the house', async () => {
  const found = await Promise.all(files.map(async (file) => faults(file, await readFile(join(src, file), 'utf8'))))
  expect(found.flat()).toEqual([])
})

test('what is excepted is still there', () => expect(files).toEqual(expect.arrayContaining(Object.keys(writers))))

test.each([
  [
    'a stage that uses a later one',
    'plan/x.ts',
    "import { judge } from '../verdict/judge.ts'",
    'plan may not import values of verdict/judge.ts',
  ],
  [
    'the same over several lines',
    'plan/x.ts',
    "import {\n  type A,\n  judge,\n} from '../verdict/judge.ts'",
    'plan may not import values of verdict/judge.ts',
  ],
  [
    'the same, re-exported',
    'plan/x.ts',
    "export * from '../verdict/judge.ts'",
    'plan may not import values of verdict/judge.ts',
  ],
  [
    'the same, for its effect',
    'plan/x.ts',
    "import '../verdict/judge.ts'",
    'plan may not import values of verdict/judge.ts',
  ],
  [
    'the same, when needed',
    'plan/x.ts',
    "const later = await import('../verdict/judge.ts')",
    'plan may not import values of verdict/judge.ts',
  ],
  [
    'a stage that uses the story',
    'checks/x.ts',
    "import { rehearse } from '../rehearse.ts'",
    'checks may not import values of rehearse.ts',
  ],
  [
    'a kind that uses another family',
    'checks/x.ts',
    "import { env } from '../pins/env.ts'",
    'checks may not import values of pins/env.ts',
  ],
  ['a folder that nobody has thought of', 'misc/x.ts', '', '"misc" has no line in the table of arrows'],
  [
    'Docker outside of stack/',
    'run/x.ts',
    "import { GenericContainer } from 'testcontainers'",
    'only stack/ talks to Docker',
  ],
  [
    "Docker's types outside of stack/",
    'run/x.ts',
    "import type Dockerode from 'dockerode'",
    'only stack/ talks to Docker',
  ],
  [
    'the Action outside of the edge',
    'run/x.ts',
    "import * as core from '@actions/core'",
    'know that there is an Action',
  ],
  [
    'a process outside of shell/',
    'stack/x.ts',
    "import { spawn } from 'node:child_process'",
    'only shell/ starts processes',
  ],
  ['input in a pure place', 'verdict/x.ts', "import { readFile } from 'node:fs/promises'", 'verdict/ is pure'],
  [
    'a file that is written past redact/',
    'run/x.ts',
    "import { readFile, writeFile as save } from 'node:fs/promises'",
    'writes with writeFile; only redact/ does',
  ],
  ['a file module as a whole', 'run/x.ts', "import * as fs from 'node:fs'", 'writes with *; only redact/ does'],
  ['a line that is printed past redact/', 'run/x.ts', 'console.log(secret)', 'only redact/ does'],
  ['a stream that is written past redact/', 'cli.ts', "process.stdout.write('x')", 'only redact/ does'],
  ['a long file', 'run/x.ts', '\n'.repeat(200), '200 lines'],
  ['a name in another case', 'run/newThing.ts', '', 'not in kebab-case'],
  ['a name that says nothing', 'run/url-utils.ts', '', '"utils" says nothing'],
])('%s is found', (_, file, source, fault) => {
  expect(faults(file, source).join('\n')).toContain(fault)
})

test.each([
  [
    'types of a later stage',
    'plan/x.ts',
    "import type { Verdict } from '../verdict/verdict.ts'\nexport type { A } from '../run/journal.ts'",
  ],
  ['values of an earlier stage', 'plan/x.ts', "import { checks } from '../checks/index.ts'"],
  ['a neighbour', 'verdict/x.ts', "import { finding } from './finding.ts'"],
  ['one file of an area', 'checks/x.ts', "import { pollUntil } from '../run/poll.ts'"],
  ['reading a file', 'fixtures/x.ts', "import { open, stat } from 'node:fs/promises'"],
])('%s may be imported', (_, file, source) => expect(faults(file, source)).toEqual([]))
