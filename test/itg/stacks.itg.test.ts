import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { compose, countNotes, notesDump, single } from './apps.ts'
import { checksOf, docker, makeFolder, rehearse, rehearseIn, runCli } from './harness.ts'

/** A listener on every address of this machine; counts who connects. */
async function listenEverywhere(): Promise<{ readonly port: number; readonly connections: () => number }> {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done))
  onTestFinished(() => void server.close())
  return { port: (server.address() as { port: number }).port, connections: () => connections }
}

describe('a Compose project', () => {
  test('with several files, env-file, profile, one-shot, configuration files and a fixed name is rehearsed as it is', async () => {
    const files = {
      'deploy/base.yml': `
services:
  init:
    image: rehearsal-test/app:\${TAG}
    command: [app, oneshot, "0"]
  web:
    image: rehearsal-test/app:\${TAG}
    container_name: production-web
    depends_on: { init: { condition: service_completed_successfully } }
    env_file: settings.env
    environment: { GREETING: "\${GREETING}" }
    volumes:
      - data:/data
      - ../conf/app.conf:/etc/app.conf:ro
      - ../conf/many:/etc/many
    ports: ["127.0.0.1:80:8000"]
volumes: { data: { name: production-data } }`,
      'deploy/extra.yml': `
services:
  other:
    image: rehearsal-test/app:1.1
    profiles: [extra]
    network_mode: bridge
    configs: [ { source: note, target: /etc/note } ]
    secrets: [ key ]
  never: { image: rehearsal-test/no-such-image:1, profiles: [never] }
configs: { note: { file: ../conf/app.conf } }
secrets: { key: { file: ../conf/key } }`,
      'deploy/prod.env': 'TAG=1.0\nGREETING=hello there\n',
      'deploy/settings.env': 'SETTING=from the env_file\n',
      'conf/app.conf': 'listen = 8000\n',
      'conf/key': 'a-secret-key-value\n',
      'conf/many/inner/deep.conf': 'depth = 2\n',
      'upgrade-rehearsal.yml': `
stack: { compose: [deploy/base.yml, deploy/extra.yml], env-file: deploy/prod.env, profiles: extra, address: "http://web:8000" }
pin: { env: { file: deploy/prod.env, key: TAG } }
path: { to: "2.0" }
fixtures:
  - seed: { service: web, run: [app, seed, "4"] }
smoke:
  - healthy: [web, init]
  - http: { get: "/file?path=/etc/app.conf", text: "listen = 8000" }
  - http: { get: "/file?path=/etc/many/inner/deep.conf", text: "depth = 2" }
  - http: { get: "/env?name=GREETING", text: hello there }
  - http: { get: "/env?name=SETTING", text: from the env_file }
  - http: { get: "http://other:8000/file?path=/etc/note", text: "listen = 8000" }
  - http: { get: "http://other:8000/resolve?host=production-web", json: { $.resolved: true } }
  - exec: { service: other, run: [cat, /run/secrets/key], output: a-secret }${countNotes}
`,
    }
    const outcome = await rehearse(files)
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(checksOf(outcome, 'target')).toHaveLength(9)
    expect(checksOf(outcome, 'target').every((line) => line.endsWith(': passed'))).toBe(true)
    expect(outcome.verdict.services.find(({ service }) => service === 'init')?.target).toMatch(/exited.*0/)
    // The files in place are the user's own: the rehearsal edited its view of them only.
    expect(await readFile(join(outcome.folder, 'deploy/prod.env'), 'utf8')).toBe(files['deploy/prod.env'])
    expect(await docker('volume', 'ls', '--quiet', '--filter', 'name=production-data')).toBe('')
  })

  test('is sealed: neither the internet nor any address of this machine is reached, while checks get through', async () => {
    const trap = await listenEverywhere()
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
    const own = addresses.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)
    expect(own).not.toEqual([])
    const reach = (host: string) => `
  - http: { name: reach ${host}, get: "/egress?host=${host}&port=${trap.port}", json: { $.connected: false } }`
    const files = compose({
      smoke: `${[...own, '192.0.2.1'].map(reach).join('')}
  - http: { name: its own database, get: "/egress?host=db&port=5432", json: { $.connected: true } }`,
    })
    const outcome = await rehearse({ ...files, 'notes.sql': notesDump(2) })
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(trap.connections()).toBe(0)
    const open = {
      ...files,
      'upgrade-rehearsal.yml': `${files['upgrade-rehearsal.yml']}\nnetwork: open\n`,
      'notes.sql': notesDump(2),
    }
    const unsealed = await rehearse(open)
    // The same trap catches an application that is not sealed: the test above can fail.
    expect(trap.connections(), unsealed.output).toBeGreaterThan(0)
  })

  test('two rehearsals of the same file run side by side', async () => {
    const folder = await makeFolder({ ...compose(), 'notes.sql': notesDump(5) })
    const second = await makeFolder({ ...compose({ to: '2.0-loses-data' }), 'notes.sql': notesDump(9) })
    const [one, other] = await Promise.all([rehearseIn(folder), rehearseIn(second)])
    expect(one.exitCode, one.output).toBe(0)
    expect(other.exitCode, other.output).toBe(20)
    expect(one.verdict.runId).not.toBe(other.verdict.runId)
  })

  test('a port of the host that production publishes need not be free', async () => {
    const taken = await listenEverywhere()
    const files = compose()
    const fixed = files['docker-compose.yml'].replace('"8000:8000"', `"${taken.port}:8000"`)
    const outcome = await rehearse({ ...files, 'docker-compose.yml': fixed, 'notes.sql': notesDump(2) })
    expect(outcome.exitCode, outcome.output).toBe(0)
    expect(taken.connections()).toBe(0)
  })

  test.each([
    ['privileged: true', /service "web" has privileged: true/],
    ['network_mode: host', /network_mode: host/],
    ['pid: host', /pid: host/],
    ['volumes: ["/var/run/docker.sock:/var/run/docker.sock"]', /a mount of \/var\/run\/docker\.sock/],
    ['cap_add: [SYS_ADMIN]', /cap_add: SYS_ADMIN/],
  ])('with %s is refused before anything starts', async (line, says) => {
    const folder = await makeFolder({
      'docker-compose.yml': `services: { web: { image: "rehearsal-test/app:\${V}", ${line} } }`,
      '.env': 'V=1.0\n',
      'upgrade-rehearsal.yml': 'stack: docker-compose.yml\npin: { env: { file: .env, key: V } }\npath: { to: "2.0" }\n',
    })
    const { exitCode, output } = await runCli(folder, ['run'])
    expect(exitCode, output).toBe(64)
    expect(output).toMatch(says)
  })

  test('a service that answers a clean stop with an exit code of its own did not crash', async () => {
    const files = compose()
    const side = `
  side:
    image: rehearsal-test/app:1.1
    command: [sh, -c, "trap 'exit 143' TERM; sleep 600 & wait"]
    depends_on: { web: { condition: service_started } }
`
    const project = files['docker-compose.yml'].replace('\nvolumes: { db-data: }', `${side}\nvolumes: { db-data: }`)
    expect(project).toContain('side:')
    const outcome = await rehearse({ ...files, 'docker-compose.yml': project, 'notes.sql': notesDump(2) })
    expect(outcome.exitCode, outcome.output).toBe(0)
  })

  test('a memory limit that is too small is said to be that, and blamed on nobody', async () => {
    const outcome = await rehearse({
      'docker-compose.yml':
        'services: { web: { image: "rehearsal-test/app:${V}", mem_limit: 64m, volumes: ["data:/data"] } }\nvolumes: { data: }',
      '.env': 'V=1.0\n',
      'upgrade-rehearsal.yml': `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: V } }
path: { to: 2.0-oom }
smoke: [ { http: { get: /health } } ]`,
    })
    expect(outcome.codes, outcome.output).toEqual(['OUT_OF_MEMORY'])
    expect(outcome.exitCode).toBe(21)
  })
})

describe('a single image', () => {
  test('has its volumes, environment, env-file, command and port', async () => {
    const config = `
stack:
  image: rehearsal-test/app:1.0
  ports: [8000]
  volumes: ["notes-data:/data"]
  env: { GREETING: hello }
  env-file: app.env
  command: [app, serve]
path: { to: "2.0" }
fixtures: [ { seed: { service: app, run: [app, seed, "3"] } } ]
smoke:
  - http: { get: "/env?name=GREETING", text: hello }
  - http: { get: "/env?name=OTHER", text: from the file }
  - run: { service: app, run: [app, version], output: "{version}" }
  - http: { name: no way out, get: "/egress?host=192.0.2.1&port=80", json: { $.connected: false } }${countNotes}`
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': config, 'app.env': 'OTHER="from the file"\n' })
    expect(outcome.exitCode, outcome.output).toBe(0)
  })

  test('without a volume loses its data with every new container, so that the upgrade is not to blame', async () => {
    const outcome = await rehearse({ 'upgrade-rehearsal.yml': single().replace(/ {2}volumes: .*\n/, '') })
    expect(outcome.codes, outcome.output).toEqual(['BASELINE_RED'])
    expect(outcome.output).toContain('it is the same when the source takes its own place')
  })
})
