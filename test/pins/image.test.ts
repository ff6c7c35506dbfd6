import { describe, expect, test } from 'vitest'
import { image } from '../../src/pins/image.ts'

const options = { file: 'docker-compose.yml', service: 'web' }
const compose = (line: string) =>
  `# production\nservices:\n  db: { image: "postgres:15" }\n  web:\n    ${line} # keep\n    restart: always\n`
const digest = `sha256:${'ab'.repeat(32)}`

describe('reads and moves the tag', () => {
  test.each([
    ['of a short name', 'image: app:1.0', '1.0', 'image: app:2.0'],
    ['of a repository', 'image: acme/notes/app:v1.0-rc.1', 'v1.0-rc.1', 'image: acme/notes/app:2.0'],
    [
      'of a registry with a port',
      'image: registry.example.com:5000/acme/app:1.0',
      '1.0',
      'image: registry.example.com:5000/acme/app:2.0',
    ],
    ['and drops the digest of the old one', `image: app:1.0@${digest}`, '1.0', 'image: app:2.0'],
    ['in quotes', 'image: "app:1.0"', '1.0', 'image: app:2.0'],
  ])('%s', (_, line, tag, moved) => {
    expect(image.read(compose(line), options)).toBe(tag)
    expect(image.write(compose(line), options, '2.0')).toBe(compose(moved))
  })

  test('of a service in a flow mapping, the others untouched', () => {
    expect(image.write(compose('image: app:1.0'), { ...options, service: 'db' }, '16')).toBe(
      compose('image: app:1.0').replace('"postgres:15"', 'postgres:16'),
    )
  })
})

describe('refuses', () => {
  test.each([
    [
      'a variable',
      compose('image: app:${TAG}'),
      'docker-compose.yml: the image of web is "app:${TAG}": a variable decides it',
    ],
    [
      'a variable with a default',
      compose('image: app:${TAG:-1.0}'),
      'docker-compose.yml: the image of web is "app:${TAG:-1.0}": a variable decides it',
    ],
    ['no tag', compose('image: app'), 'docker-compose.yml: the image of web, "app", has no tag'],
    [
      'a port that is no tag',
      compose('image: registry.example.com:5000/app'),
      'docker-compose.yml: the image of web, "registry.example.com:5000/app", has no tag',
    ],
    [
      'a digest without a tag',
      compose(`image: app@${digest}`),
      `docker-compose.yml: the image of web, "app@${digest}", has no tag`,
    ],
    ['a service that is built', compose('build: .'), 'docker-compose.yml: service "web" has no image'],
    [
      'a service that is not there',
      'services: { wbe: { image: "app:1" } }\n',
      'docker-compose.yml has no service "web"; did you mean "wbe"?',
    ],
    ['a file without services', 'volumes: {}\n', 'docker-compose.yml has no service "web"'],
    ['an empty file', '', 'docker-compose.yml has no service "web"'],
    [
      'an alias',
      'x: &img app:1.0\nservices: { web: { image: *img } }\n',
      'docker-compose.yml: the image of web is an alias, *img; write the image out',
    ],
    ['what is not YAML', 'services: [web\n', expect.stringMatching(/^docker-compose\.yml is not YAML: Flow sequence/)],
  ])('%s', (_, text, message) => {
    expect(() => image.read(text, options)).toThrow(expect.objectContaining({ code: 'CONFIG', message }))
  })
})
