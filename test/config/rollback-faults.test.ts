import { describe, expect, test } from 'vitest'
import { makePlan } from '../../src/plan/planner.ts'
import type { Release } from '../../src/releases/release.ts'
import { load, refusal } from './folder.ts'

/** A list of ways back; its first entry starts in the third line, at column 5. */
const ways = (...entries: readonly string[]) =>
  `stack: a.yml\nrollback:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`
const backup = (make: string, restore: string) => ways(`backup: { make: [ ${make} ], restore: [ ${restore} ] }`)
const dump = '{ exec: { service: db, run: dump, save: app.dump } }'
const load2 = '{ postgres: { service: db, dump: "{backup}/app.dump" } }'
const known = 'image, restore, backup, files, command, automatic, interrupted'

describe('a way back that can not be tried is told at its place', () => {
  test.each<[string, string, ...string[]]>([
    ['a kind that does not exist', ways('imgae: {}'), '3:5: unknown rollback "imgae"; did you mean "image"?'],
    ['a kind far from any', ways('banana: {}'), `3:5: unknown rollback "banana"; known here: ${known}`],
    ['a word for the list', 'stack: a.yml\nrollback: nope\n', '2:1: write a list of ways back, or "none"'],
    ['an object for the list', 'stack: a.yml\nrollback: { image: {} }\n', '2:1: write a list of ways back, or "none"'],
    ['a word for a way', ways('image'), `3:5: a rollback is written as one key, one of: ${known}`],
    ['"none" among others', ways('none'), `3:5: a rollback is written as one key, one of: ${known}`],
    ['a claim', ways('image: { expect: work }'), '3:14: write "works", "fails" or "observe"'],
    ['the key of a claim', ways('image: { expects: works }'), '3:14: unknown key "expects"; did you mean "expect"?'],
    [
      'the claim of a restart',
      ways('interrupted: { service: a, again: yes }'),
      '3:32: write "works", "fails" or "observe"',
    ],
    [
      'the same way twice',
      ways('image: {}', 'image: {}'),
      '4:5: two ways back are called "image"; give this one a "name"',
    ],
    [
      'the same name twice',
      ways('image: { name: one }', 'restore: { name: one }'),
      '4:5: two ways back are called "one"; give this one a "name"',
    ],
    [
      'a name that leads out of the report',
      ways('image: { name: ../../x }'),
      '3:14: write one word of letters, digits, "-" and "_"',
    ],
    [
      'a name like that of a part',
      ways('image: { name: interrupted.again }'),
      '3:14: write one word of letters, digits, "-" and "_"',
    ],
    [
      'the name of another kind',
      ways('files: { name: restore, move: { volume: a, from: b, to: c } }'),
      '3:14: this name has a meaning of its own; write another one',
    ],
    [
      'the name of a state',
      ways('image: { name: baseline }'),
      '3:14: this name has a meaning of its own; write another one',
    ],
    [
      'files outside of the volume',
      ways('files: { move: { volume: a, from: /b, to: ../c } }'),
      '3:33: write a path inside of the volume, without a leading "/" and without ".."',
      '3:43: write a path inside of the volume, without a leading "/" and without ".."',
    ],
    ['files of nothing', ways('files: { move: [] }'), '3:14: name at least one'],
    ['files without a move', ways('files: {}'), '3:5: "move" is missing'],
    ['a command of no steps', ways('command: { steps: [] }'), '3:16: name at least one step'],
    [
      'a step that does not exist',
      ways('command: { steps: [ { upp: all } ] }'),
      '3:27: unknown step "upp"; did you mean "up"?',
    ],
    ['a break of nothing', ways('automatic: { break: {} }'), '3:18: name the service that is made to fail'],
    [
      'a break that changes nothing',
      ways('automatic: { break: { app: {} } }'),
      '3:27: write what makes it fail: "image", "environment" or "command"',
    ],
    [
      'a key of a break',
      ways('automatic: { break: { app: { env: { A: b } } } }'),
      '3:34: unknown key "env"; known here: image, environment, command',
    ],
    ['no break', ways('automatic: {}'), '3:5: "break" is missing'],
    ['no kill', ways('interrupted: { service: a, times: 0 }'), '3:32: write 1 or more, not 0'],
    ['too many kills', ways('interrupted: { service: a, times: 101 }'), '3:32: write 100 or less, not 101'],
    ['a seed below zero', ways('interrupted: { service: a, seed: -1 }'), '3:32: write 0 or more, not -1'],
    ['a kill of nobody', ways('interrupted: {}'), '3:5: "service" is missing'],
  ])('%s', async (_, file, ...messages) => {
    expect((await refusal(file)).split('\n')).toEqual(messages.map((message) => `c.yml:${message}`))
  })
})

describe('a backup that can not be made or restored', () => {
  test.each<[string, string, ...string[]]>([
    ['without a maker', ways(`backup: { restore: [ ${load2} ] }`), '3:5: "make" is missing'],
    ['without a restore', ways(`backup: { make: [ ${dump} ] }`), '3:5: "restore" is missing'],
    ['made by nothing', backup('', load2), '3:15: name what makes the backup'],
    ['restored by nothing', backup(dump, ''), '3:79: name what restores it'],
    [
      'made by something else',
      backup('{ shell: dump }', load2),
      '3:23: write { exec: … } for a command of the application or { api: … } for its API',
    ],
    [
      'saved in a folder',
      backup('{ exec: { service: db, run: dump, save: a/b } }', load2),
      '3:57: write a plain file name',
    ],
    ['saved outside', backup('{ api: { download: { get: /b }, save: ../b } }', load2), '3:55: write a plain file name'],
    ['saved nowhere', backup('{ exec: { service: db, run: dump } }', load2), '3:25: "save" is missing'],
    [
      'saved twice under one name',
      backup(`${dump}, { api: { download: { get: /b }, save: app.dump } }`, load2),
      '3:109: "app.dump" is saved already',
    ],
    [
      'restored from what nothing saves',
      backup(dump, '{ postgres: { service: db, dump: "{backup}/app.dmp" } }'),
      '3:92: nothing under "make" saves "app.dmp"; did you mean "app.dump"?',
    ],
    [
      'restored from an export, which this rehearsal does not make',
      backup(dump, '{ postgres: { service: db, dump: "{export}" } }'),
      '3:92: write {backup}/NAME, with a name that "make" saves',
    ],
    [
      'that replaces settings',
      backup(dump, '{ file: { from: prod.env, to: .env } }'),
      '3:92: a fixture of kind file replaces settings; they are kept on the way back',
    ],
    [
      'whose command names a value that nobody captures',
      backup('{ exec: { service: db, run: "dump {baseline.id}", save: app.dump } }', load2),
      '3:46: nothing fills {baseline.id}; known here: version, phase, source.version, target.version',
    ],
  ])('%s', async (_, file, ...messages) => {
    expect((await refusal(file)).split('\n')).toEqual(messages.map((message) => `c.yml:${message}`))
  })

  test('files of this machine may be restored beside what is saved', async () => {
    const { rollback } = await load(backup(dump, `${load2}, { volume: { name: a, archive: extra.tar } }`))
    expect(rollback).toHaveLength(1)
  })
})

describe('what a way back names has to be there', () => {
  const releases: Release[] = ['1.0', '2.0'].map((version) => ({
    version,
    images: ['db', 'web', `only-${version}`].map((service) => ({ service, reference: `${service}:1`, pinned: true })),
  }))
  test.each<[string, string, string]>([
    [
      'what is killed, in the target',
      'interrupted: { service: wbe }',
      'c.yml:3:20: 2.0 has no service "wbe"; did you mean "web"?',
    ],
    [
      'what is broken, in the target',
      'automatic: { break: { only-1.0: { command: [a] } } }',
      'c.yml:3:18: 2.0 has no service "only-1.0"; did you mean "only-2.0"?',
    ],
    [
      'what makes a backup, in the source',
      `backup: { make: [ { exec: { service: only-2.0, run: a, save: b } } ], restore: [ { volume: { name: x, archive: "{backup}/b" } } ] }`,
      'c.yml:3:33: 1.0 has no service "only-2.0"; did you mean "only-1.0"?',
    ],
    [
      'what restores it, in the source',
      `backup: { make: [ { exec: { service: db, run: a, save: b } } ], restore: [ { postgres: { service: dbb, dump: "{backup}/b" } } ] }`,
      'c.yml:3:94: 1.0 has no service "dbb"; did you mean "db"?',
    ],
    [
      'what undoes, in the target, before the pin changes back',
      'command: { steps: [ { exec: { service: only-1.0, run: a } }, { pull: true }, { up: all } ] }',
      'c.yml:3:35: 2.0 has no service "only-1.0"; did you mean "only-2.0"?',
    ],
    [
      'what is started, in the source, after it',
      'command: { steps: [ { pull: true }, { up: [only-2.0] } ] }',
      'c.yml:3:48: 1.0 has no service "only-2.0"; did you mean "only-1.0"?',
    ],
    [
      'what an API of the backup is asked at',
      `backup: { make: [ { api: { download: { get: "http://wep:80/b" }, save: b } } ], restore: [ { volume: { name: x, archive: "{backup}/b" } } ] }`,
      'c.yml:3:5: 1.0 has no service "wep"; did you mean "web"?',
    ],
  ])('%s', async (_, entry, message) => {
    const config = await load(ways(entry))
    expect(() => makePlan(config, releases, [])).toThrow(expect.objectContaining({ code: 'CONFIG', message }))
  })
})

test('without the key, image and restore are tried and nothing is claimed; none tries nothing', async () => {
  expect((await load('stack: a.yml')).rollback).toEqual([
    { kind: 'image', options: { expect: 'observe' } },
    { kind: 'restore', options: { expect: 'observe' } },
  ])
  expect((await load('stack: a.yml\nrollback: none')).rollback).toEqual([])
  expect((await load('stack: a.yml\nrollback: []')).rollback).toEqual([])
})

test('the same kind may be tried twice under two names', async () => {
  const { rollback } = await load(ways('image: {}', 'image: { name: once-more }'))
  expect(rollback.map(({ options }) => (options as { name?: string }).name)).toEqual([undefined, 'once-more'])
})
