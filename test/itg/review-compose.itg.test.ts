import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { buildImage, docker, logFiles, makeFolder, rehearse, rehearseIn } from './harness.ts'

test('secrets and settings from the environment, included files, replicas', async () => {
  const values = { SECRET_VALUE: 'secret-of-the-environment', INCLUDED: 'from-outside', HANDED_ON: 'as-it-is' }
  const outcome = await rehearse(
    {
      '.env': 'V=1.0\n',
      'other.yml': `
services:
  other: { image: "rehearsal-test/app:1.0", environment: { INCLUDED: "\${INCLUDED}" } }`,
      'file.txt': 'secret-of-the-file\n',
      'docker-compose.yml': `
include: [other.yml]
services:
  web:
    image: rehearsal-test/app:\${V}
    environment: [HANDED_ON]
    secrets: [one, two]
    volumes: ["data:/data"]
  many:
    image: rehearsal-test/app:1.0
    command: [app, serve]
    deploy: { replicas: 2, restart_policy: { condition: any } }
    networks: [back, front]
secrets: { one: { environment: SECRET_VALUE }, two: { file: file.txt } }
networks: { back: {}, front: {} }
volumes: { data: {} }`,
      'upgrade-rehearsal.yml': `
stack: docker-compose.yml
pin: { env: { file: .env, key: V } }
path: { to: "2.0" }
smoke:
  - exec: { service: web, run: 'cat /run/secrets/one; echo; cat /run/secrets/two; echo; echo $HANDED_ON', output: "secret-of-the-environment\\\\nsecret-of-the-file\\\\n\\\\nas-it-is" }
  - exec: { service: other, run: 'echo $INCLUDED', output: from-outside }
  - run: { service: many, run: 'cat /proc/net/dev', output: "eth1" }
  - exec: { service: web, run: 'cat /run/secrets/* > /proc/1/fd/1' }`,
    },
    { env: values },
  )
  expect(outcome.verdict.verdict).toBe('compatible')
  const logs = await Promise.all(
    (await logFiles(outcome)).map((name) => readFile(join(outcome.reports, 'logs', name), 'utf8')),
  )
  for (const text of [...logs, outcome.output, JSON.stringify(outcome.entries)]) {
    expect(text).not.toMatch(/secret-of-the-(environment|file)/)
  }
})

test('a volume without a name that both releases use goes with the rehearsal', async () => {
  const tag = (version: string) => `rehearsal-test/review-unnamed:${version}`
  for (const version of ['1.0', '2.0'])
    await buildImage(`FROM rehearsal-test/app:${version}\nVOLUME /data\n`, tag(version))
  onTestFinished(async () => void (await docker('image', 'rm', '--force', tag('1.0'), tag('2.0'))))
  const folder = await makeFolder({
    '.env': 'V=1.0\n',
    'docker-compose.yml': `services: { web: { image: "rehearsal-test/review-unnamed:\${V}" } }`,
    'upgrade-rehearsal.yml': `
stack: docker-compose.yml
pin: { env: { file: .env, key: V } }
path: { to: "2.0" }
fixtures: [ { seed: { service: web, run: "app seed 3; echo MOUNT=$(grep -o 'volumes/[0-9a-f]*' /proc/self/mountinfo)" } } ]
smoke:
  - http: { get: "http://web:8000/notes", json: { $.total: 3 } }`,
  })
  const outcome = await rehearseIn(folder)
  expect(outcome.verdict.verdict).toBe('compatible')
  const volume = /MOUNT=volumes\/([0-9a-f]{64})/.exec(outcome.output)?.[1]
  expect(volume).toBeDefined()
  expect(await docker('volume', 'ls', '--quiet')).not.toContain(volume)
})

test('a ready check may take longer than the first time it is asked', async () => {
  const outcome = await rehearse({
    'upgrade-rehearsal.yml': `
stack: { image: "rehearsal-test/app:1.0", ports: [8000] }
path: { to: "2.0" }
ready: { checks: [ { exec: { service: app, run: "sleep 6" } } ] }
smoke: [ { http: { get: /health } } ]`,
  })
  expect(outcome.verdict.verdict).toBe('compatible')
})
