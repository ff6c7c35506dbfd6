import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { tarOf } from '../fixtures/tar.ts'
import { makeFolder, type Outcome, rehearse, rehearseIn } from './harness.ts'

/** An application with an archive of its own: a command that reads it, and an address that takes it and is done later. */
const server = `
import io, json, os, signal, sys, tarfile, email.parser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
STORE = '/data/items.json'
jobs = {}

def load(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        items = json.load(archive.extractfile('items.json'))
    with open(STORE, 'w') as out: json.dump(items, out)
    return len(items)

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def do_GET(self):
        if self.path.startswith('/import/'):
            job = jobs[self.path.split('/')[2]]
            job['asked'] += 1
            return self.answer(200, {'state': 'running' if job['asked'] < 3 else job['end']})
        items = json.load(open(STORE)) if os.path.exists(STORE) else []
        self.answer(200, {'total': len(items), 'items': items})
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        if self.path == '/login': return self.answer(200, {'token': 'let-me-in'})
        if self.headers.get('Authorization') != 'Bearer let-me-in': return self.answer(401, {'error': 'sign in first'})
        form = email.parser.BytesParser().parsebytes(b'Content-Type: ' + self.headers['Content-Type'].encode() + b'\\r\\n\\r\\n' + body)
        parts = {part.get_param('name', header='content-disposition'): part for part in form.get_payload()}
        try:
            load(parts['snapshot'].get_payload(decode=True)); end = 'done' if parts['mode'].get_payload().strip() == 'replace' else 'failed'
        except Exception as error: end = 'failed'
        jobs['j-1'] = {'asked': 0, 'end': end}
        self.answer(202, {'job': {'id': 'j-1'}})

if sys.argv[1:2] == ['import']:
    print('reading', sys.argv[2])
    try: print('import completed:', load(open(sys.argv[2], 'rb').read()), 'items')
    except Exception as error: print('import failed:', error)
else:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    ThreadingHTTPServer(('', 8000), Handler).serve_forever()
`

interface Setup {
  readonly fixture: string
  readonly smoke?: string
  readonly more?: string
}

function files({ fixture, smoke, more }: Setup) {
  return {
    'server.py': server,
    'docker-compose.yml': `
services:
  web:
    image: rehearsal-test/app:\${APP_VERSION}
    command: [python3, -u, /srv/server.py]
    ports: ["8000:8000"]
    volumes: ["app-data:/data", "./server.py:/srv/server.py:ro"]
volumes: { app-data: }
`,
    '.env': 'APP_VERSION=1.0\n',
    'upgrade-rehearsal.yml': `
stack: { compose: docker-compose.yml, address: "http://web:8000" }
pin: { env: { file: .env, key: APP_VERSION } }
path: { to: "2.0" }
fixtures:
  - import: ${fixture}
ready: { checks: [http: { get: /items }] }
smoke:${smoke ?? '\n  - http: { get: /items, json: { $.total: 3, "$.items[2]": c } }'}
${more ?? ''}`,
  }
}

const items = JSON.stringify(['a', 'b', 'c'])
const manifest = { app_version: '1.0', files: { 'items.json': createHash('sha256').update(items).digest('hex') } }
const archive = (made = manifest) => tarOf({ 'manifest.json': JSON.stringify(made), 'items.json': items })
const command = 'run: [python3, /srv/server.py, import, /in/prod.snap], mount: /in/prod.snap'
const upload = `upload: { post: /import, field: snapshot, form: { mode: replace }, signed-in: true, capture: { id: $.job.id }, poll: { get: "/import/{id}", until: { $.state: done }, fail: { $.state: failed } } }`
const signIn = 'sign-in: { request: { post: /login }, token: $.token, send: { Authorization: "Bearer {token}" } }'

function expectRefused(outcome: Outcome, code: string, says: RegExp): void {
  expect(outcome.codes, outcome.output).toEqual([code])
  expect(outcome.exitCode).toBe(21)
  expect(outcome.verdict.reasons[0]?.message).toMatch(says)
  expect(outcome.entries.filter(({ type }) => type === 'check')).toEqual([])
}

describe('an archive of the application’s own is given back to it', () => {
  test('by its command, before it runs, from an encrypted file', async () => {
    const folder = await makeFolder({
      ...files({
        fixture: `{ service: web, archive: prod.snap.age, ${command}, require: "^import completed: 3 items", forbid: failed, decrypt: { age: { identity: key.txt } }, manifest: { file: manifest.json, version: $.app_version, checksums: $.files } }`,
      }),
      'prod.snap': gzipSync(await archive()),
    })
    const call = promisify(execFile)
    await call('age-keygen', ['-o', join(folder, 'key.txt')])
    const { stdout } = await call('age-keygen', ['-y', join(folder, 'key.txt')])
    await call('age', [
      '--recipient',
      stdout.trim(),
      '--output',
      join(folder, 'prod.snap.age'),
      join(folder, 'prod.snap'),
    ])
    const outcome = await rehearseIn(folder)
    expect(outcome.exitCode, outcome.output).toBe(0)
  })

  test('by an upload to it while it runs, signed in, until it says that it is done', async () => {
    const fixture = `{ service: web, archive: prod.snap, ${upload} }`
    const outcome = await rehearse({ ...files({ fixture, more: signIn }), 'prod.snap': await archive() })
    expect(outcome.exitCode, outcome.output).toBe(0)
  })

  test('by its command inside the running container', async () => {
    const fixture = `{ service: web, archive: prod.snap, exec: true, ${command.replaceAll('/in/', '/tmp/')}, require: completed }`
    const outcome = await rehearse({ ...files({ fixture }), 'prod.snap': await archive() })
    expect(outcome.exitCode, outcome.output).toBe(0)
  })
})

describe('what goes wrong is no fault of the upgrade', () => {
  const withManifest = 'manifest: { file: manifest.json, version: $.app_version }'
  test.each<[string, () => Promise<Buffer>, string, string, RegExp, string?]>([
    [
      'an archive of another version',
      async () => zstdCompressSync(await archive({ ...manifest, app_version: '0.1.0' })),
      `${command}, ${withManifest}`,
      'FIXTURE_VERSION',
      /^the fixture prod\.snap was made by 0\.1\.0, but the source is 1\.0$/,
    ],
    [
      'an archive that is cut',
      async () => gzipSync(await archive()).subarray(0, 150),
      `${command}, ${withManifest}`,
      'FIXTURE_CORRUPT',
      /is truncated/,
    ],
    [
      'a command that fails with exit code 0',
      async () => tarOf({ 'other.json': '1' }),
      `${command}, forbid: "^import failed.*"`,
      'FIXTURE_PARTIAL',
      /imported only in part: the command printed "import failed: .*items\.json/,
    ],
    [
      'a command that says nothing of success',
      async () => tarOf({ 'other.json': '1' }),
      `${command}, require: completed`,
      'FIXTURE_PARTIAL',
      /printed nothing that matches \/completed\//,
    ],
    [
      'a command that ends with an error',
      archive,
      'run: [sh, -c, "echo out of luck >&2; exit 3"]',
      'FIXTURE_PARTIAL',
      /ended with exit code 3/,
    ],
    [
      'a command that does not end',
      archive,
      'run: [sleep, "60"], within: 2s',
      'FIXTURE_PARTIAL',
      /was not imported within 2 s/,
    ],
    [
      'an upload that the application takes and fails at',
      archive,
      upload.replace('replace', 'other'),
      'FIXTURE_PARTIAL',
      /was not imported: it failed/,
      signIn,
    ],
    [
      'an upload that is refused',
      archive,
      upload.replace('signed-in: true', 'signed-in: false'),
      'FIXTURE_PARTIAL',
      /refused with status 401/,
    ],
    [
      'an upload that nobody answers',
      archive,
      upload.replace('post: /import', 'post: "http://web:8001/import"'),
      'FIXTURE_PARTIAL',
      /http:\/\/web:8001\/import does not answer/,
      signIn,
    ],
    [
      'an upload whose end never comes',
      archive,
      `${upload.replace('done', 'finished').replace('fail: { $.state: failed }', '')}, within: 3s`,
      'FIXTURE_PARTIAL',
      /was not imported within 3 s/,
      signIn,
    ],
  ])('%s', async (_, make, options, code, says, more) => {
    const fixture = `{ service: web, archive: prod.snap, ${options} }`
    const folder = await makeFolder(files({ fixture, ...(more ? { more } : {}) }))
    await writeFile(join(folder, 'prod.snap'), await make())
    expectRefused(await rehearseIn(folder), code, says)
  })
})
