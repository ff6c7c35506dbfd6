import { describe, expect, test } from 'vitest'
import { stripControls } from '../../src/redact/control-characters.ts'
import { Redactor } from '../../src/redact/redactor.ts'
import { seeded } from './random.ts'

const secret = `p&<ä>"'\\ /+?%s3cr3t`

function knowing(...values: string[]): Redactor {
  const redactor = new Redactor()
  for (const value of values) redactor.learn(value, 'TEST')
  return redactor
}

describe('a known value is masked', () => {
  const xml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  test.each<[string, string]>([
    ['plain', secret],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['hex', Buffer.from(secret).toString('hex')],
    ['upper-case hex', Buffer.from(secret).toString('hex').toUpperCase()],
    ['URI component', encodeURIComponent(secret)],
    ['form', new URLSearchParams({ q: secret }).toString().slice(2)],
    ['URI in lower case', encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    [
      'JSON of Go',
      JSON.stringify(secret)
        .slice(1, -1)
        .replaceAll('<', '\\u003c')
        .replaceAll('>', '\\u003e')
        .replaceAll('&', '\\u0026'),
    ],
    ['JSON of Python', JSON.stringify(secret).slice(1, -1).replaceAll('ä', '\\u00e4')],
    ['XML', xml.replaceAll('"', '&quot;').replaceAll("'", '&apos;')],
    ['HTML', xml.replaceAll('"', '&#34;').replaceAll("'", '&#39;')],
    ['shell', secret.replaceAll("'", `'\\''`)],
    ['SQL', secret.replaceAll("'", "''")],
  ])('in its %s form', (_, form) => {
    expect(knowing(secret).redact(`before ${form} after`)).toBe('before *** after')
  })

  test('in base64 of something around it, at every offset', () => {
    for (const before of ['', 'u', 'us', 'use', 'user:']) {
      for (const after of ['', '@', '@h', '@ho']) {
        const redacted = knowing('hunter2hunter2').redact(
          Buffer.from(`${before}hunter2hunter2${after}`).toString('base64'),
        )
        expect(redacted).toContain('***')
        expect(Buffer.from(redacted.replaceAll('***', ''), 'base64').toString()).not.toContain('hunter')
      }
    }
  })

  test('in base64 that was wrapped', () => {
    const long = Array.from({ length: 40 }, (_, index) => `part${index}`).join('-')
    const wrapped = Buffer.from(long).toString('base64').replace(/.{76}/g, '$&\n')
    expect(knowing(long).redact(wrapped).replaceAll(/[*\n]/g, '')).toBe('')
  })

  test('line by line', () => {
    const redactor = knowing('first-line\nsecond-line\r\nx\n')
    expect(redactor.redact('a first-line b')).toBe('a *** b')
    expect(redactor.redact('a second-line b x')).toBe('a *** b x')
    expect(redactor.redact('first-line\nsecond-line')).not.toContain('line')
  })

  test('where values overlap or hold each other', () => {
    expect(knowing('abcdefgh', 'efghijkl').redact('-abcdefghijkl-')).toBe('-***-')
    expect(knowing('abcdef', 'xxabcdefyy').redact('xxabcdefyy abcdef')).toBe('*** ***')
    expect(knowing('aaaaaa').redact('aaaaaaaaaaaaa b')).toBe('*** b')
  })

  test('but not where it is too short, which is told', () => {
    const redactor = new Redactor()
    redactor.learn('12345', 'DB_PIN')
    redactor.learn('', 'EMPTY')
    redactor.learn(' 123456\n', 'LONG_PIN')
    expect(redactor.redact('12345 and 123456')).toBe('12345 and ***')
    expect(redactor.ignored).toEqual(['DB_PIN'])
  })
})

test('any values in any text: nothing of them is left', () => {
  const random = seeded(7)
  const letters = 'abcAB12+/=&"\\<é'
  const word = (length: number) => Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('')
  for (let round = 0; round < 200; round += 1) {
    const values = Array.from({ length: 8 }, () => word(6 + Math.floor(random() * 20)))
    const text = Array.from({ length: 60 }, () =>
      random() < 0.3 ? (values[Math.floor(random() * 8)] ?? '') : word(3),
    ).join('')
    const redacted = knowing(...values).redactValues(text)
    for (const value of values.filter((one) => one.trim().length >= 6)) expect(redacted).not.toContain(value)
  }
})

describe('a shape of a secret is masked', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'
  const bcrypt = '$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234'
  const pem = '-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabcd\n-----END RSA PRIVATE KEY-----'
  test.each<[string, string, string]>([
    ['URL userinfo', 'postgres://app:hunter2@db:5432/app', 'postgres://***@db:5432/app'],
    ['URL userinfo with odd characters', 'redis://:p@ss#w/x@cache:6379/0 next', 'redis://***@cache:6379/0 next'],
    ['URL with a token only', 'git clone https://abc123@example.org/x.git', 'git clone https://***@example.org/x.git'],
    ['URL without userinfo', 'GET http://web:3000/@scope/pkg', 'GET http://web:3000/@scope/pkg'],
    ['pair', 'DB_PASSWORD=hunter2 next', 'DB_PASSWORD=*** next'],
    ['pair with commas', 'PGPASSWORD=hunt,er2 next', 'PGPASSWORD=*** next'],
    ['quoted pair', `password: "hun ter\\"2" next`, 'password: *** next'],
    ['JSON pair', '{"client_secret":"hunter2","user":"x"}', '{"client_secret":***,"user":"x"}'],
    ['escaped JSON pair', '{\\"token\\":\\"hunter2\\",\\"user\\":1}', '{\\"token\\":***\\",\\"user\\":1}'],
    ['cut quoted pair', 'secret="hunter2 and no end', 'secret=***'],
    ['YAML pair', 'api-key: hunter2', 'api-key: ***'],
    ['ADO', 'Server=db;Pwd=hunter2;Timeout=3', 'Server=db;Pwd=***;Timeout=3'],
    [
      'JDBC',
      'jdbc:postgresql://db/app?user=u&password=hunter2&ssl=1',
      'jdbc:postgresql://db/app?user=u&password=***&ssl=1',
    ],
    ['Oracle', 'jdbc:oracle:thin:scott/tiger@db:1521', 'jdbc:oracle:thin:***@db:1521'],
    ['working directory', 'PWD=/app', 'PWD=/app'],
    ['option', 'mysql --password hunter2 -h db', 'mysql --password *** -h db'],
    ['SQL', "CREATE USER app WITH PASSWORD 'hun''ter2';", "CREATE USER app WITH PASSWORD '***';"],
    ['SQL of MySQL', "IDENTIFIED BY 'hunter2' x", "IDENTIFIED BY '***' x"],
    ['header', '> Authorization: Digest abc def', '> Authorization: ***'],
    ['header in JSON', '{"cookie":"a=b; c=d","x":1}', '{"cookie":***,"x":1}'],
    ['cookie with quotes', 'Set-Cookie: a="b c"; d=e', 'Set-Cookie: ***'],
    ['header in a list', '"x-api-key": ["hunter2"]', '"x-api-key": [***]'],
    ['header as pair', 'authorization=Bearer hunter2', 'authorization=***'],
    ['bearer', 'sent Bearer abcDEF123456 to it', 'sent Bearer *** to it'],
    ['basic', 'sent Basic dXNlcjpwYXNz to it', 'sent Basic *** to it'],
    [
      'a sentence',
      'Basic authentication failed for bearer authentication',
      'Basic authentication failed for bearer authentication',
    ],
    ['JWT', `got ${jwt} back`, 'got *** back'],
    [
      'signed URL',
      'https://b.example/k?X-Amz-Credential=AK/1&X-Amz-Signature=ab12&x=1',
      'https://b.example/k?X-Amz-Credential=***&X-Amz-Signature=***&x=1',
    ],
    ['shared access signature', 'https://a.example/c?sv=1&sig=ab%2F', 'https://a.example/c?sv=1&sig=***'],
    ['PEM', `key:\n${pem}\nend`, 'key:\n***\nend'],
    ['PEM in one line', `{"k":"${pem.replaceAll('\n', '\\n')}"}`, '{"k":"***"}'],
    ['AWS', 'AKIAIOSFODNN7EXAMPLE', '***'],
    ['GitHub', `ghp_${'a1'.repeat(18)} github_pat_${'a1'.repeat(20)}`, '*** ***'],
    ['GitLab', 'glpat-abcdefghij1234567890', '***'],
    ['npm', `npm_${'a1'.repeat(18)}`, '***'],
    ['Slack', 'xoxb-123456789012-abcdef', '***'],
    ['Stripe', 'sk_live_abcdefghij1234567890', '***'],
    ['bcrypt', `hash ${bcrypt} x`, 'hash *** x'],
    ['argon2', '$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA x', '*** x'],
  ])('%s', (_, text, masked) => {
    expect(new Redactor().redact(text)).toBe(masked)
    expect(new Redactor().redact(masked)).toBe(masked)
  })

  test('and plain logs are left as they are', () => {
    for (const text of [
      'GET /health 200 12 ms',
      'sha256:4f1e2d',
      'migrated 0042_add_index',
      'listening on 0.0.0.0:8080',
      '✓ ready',
    ]) {
      expect(new Redactor().redact(text)).toBe(text)
    }
  })

  test('and colour around it stays', () => {
    expect(new Redactor().redact('\u001b[2mpassword=hunter2\u001b[22m')).toBe('\u001b[2mpassword=***\u001b[22m')
  })
})

test('JSON values are redacted one by one, and by their names', () => {
  const value = {
    a: ['hunter2-hunter2', 1, null, true],
    password: 'short',
    nested: { accessToken: 5, url: 'http://u:p@h/' },
    token: '',
  }
  expect(knowing('hunter2-hunter2').redactDeep(value)).toEqual({
    a: ['***', 1, null, true],
    password: '***',
    nested: { accessToken: '***', url: 'http://***@h/' },
    token: '',
  })
})

describe('no text makes it slow', () => {
  const parts = [
    'a',
    ' ',
    '"',
    '\\',
    '\\"',
    "'",
    '://',
    '://a:',
    '://@',
    '@',
    'eyJ',
    '-eyJ',
    'eyJaaaaa.',
    'password=',
    'password="',
    'password=\\"',
    "password='",
    "PASSWORD '",
    'password',
    'token: ',
    '-----BEGIN A-----',
    '-----BEGIN ',
    'Bearer ',
    'Bearer a',
    'Basic aaaaaaaa',
    'Authorization: ',
    'authorization:"',
    'cookie:[',
    '?sig=',
    '?sig',
    '$2b$',
    '$argon2id$',
    '$1$a',
    '$1$a$',
    'pbkdf2_sha1$1$',
    'xoxb-',
    'SG.a',
    'SG.',
    'glpat-',
    'sk-',
    '--',
    '--password ',
    '-',
    '_key',
    'AKIA',
    '\u001b[',
    '\u001b]',
    '\u001b',
    '\u001b[0;',
    'jdbc:oracle:a:',
    'jdbc:oracle:a:b/',
    ',',
    'secret=a,',
    '\n',
  ]
  test.each(parts)('%j repeated to a megabyte', { timeout: 120_000 }, (part) => {
    const text = part.repeat(Math.ceil(1_000_000 / part.length))
    const redactor = knowing('aaaaaaaaaaaaaaaaaaaaab', 'password=password=b')
    for (const attack of [text, `password="${text}`, `://${text}`, `Bearer ${text}`]) {
      const start = process.cpuUsage()
      redactor.redact(stripControls(attack))
      // Linear takes a fraction of a second and quadratic a quarter of an hour: no machine is that much slower.
      expect(process.cpuUsage(start).user / 1e6).toBeLessThan(20)
    }
  })
})

test('terminal escapes and control characters are taken out, newlines and tabs stay', () => {
  expect(
    stripControls(
      '\u001b[31;1mred\u001b[0m\t\u001b]0;title\u0007x\r\n\u001b]8;;http://a\u001b\\link\u001b]8;;\u001b\\\u0000\u009b1m\u007f',
    ),
  ).toBe('red\tx\nlink')
  expect(stripControls('\u001b]never ended, and still there')).toBe('never ended, and still there')
})
