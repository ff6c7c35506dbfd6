import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { multipart } from '../../src/http/multipart.ts'
import { send } from '../../src/http/request.ts'

const content = randomBytes(3_000_000)

function form() {
  return multipart(
    { mode: 'replace', 'odd "name"\r\n': 'väl\nue' },
    {
      field: 'file',
      filename: 'pröd "1".snap',
      bytes: content.length,
      stream: Readable.from([content.subarray(0, 7), content.subarray(7)]),
    },
  )
}

test('a form is what other parsers take it for, of the length that was announced', async () => {
  const { stream, bytes, type } = form()
  const body = await buffer(stream)
  expect(body.length).toBe(bytes)
  const read = await new Response(body, { headers: { 'content-type': type as string } }).formData()
  expect(read.get('mode')).toBe('replace')
  expect(read.get('odd "name"\r\n')).toBe('väl\nue')
  const file = read.get('file') as File
  expect(file.name).toBe('pröd "1".snap')
  expect(Buffer.from(await file.arrayBuffer()).equals(content)).toBe(true)
})

/** A server of this process's own, as a service behind the door. */
async function serve(answer: Parameters<typeof createServer>[1]) {
  const server = createServer(answer as never)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return {
    stack: { address: () => ({ host: '127.0.0.1', port }) },
    signal: new AbortController().signal,
    fill: (text: string) => text.replaceAll('{id}', '7'),
    home: 'http://app:8000',
  }
}

test('a streamed body arrives whole, and nothing in it is filled', async () => {
  const context = await serve(async (request, response) => {
    const body = await buffer(request as Readable)
    response.end(
      JSON.stringify({
        url: request.url,
        length: body.length,
        head: request.headers,
        tail: body.subarray(-4).toString(),
      }),
    )
  })
  const body = Buffer.from(`${'x'.repeat(1_000_000)}{id}`)
  const sent = { stream: Readable.from([body]), bytes: body.length, type: 'text/plain' }
  const answer = await send({ method: 'PUT', url: '/things/{id}', content: sent }, context)
  expect(JSON.parse(answer.bytes.toString())).toMatchObject({
    url: '/things/7',
    length: body.length,
    head: { host: 'app:8000', 'content-type': 'text/plain', 'content-length': String(body.length) },
    tail: '{id}',
  })
})

test('an answer that comes before the end of a body is heard', async () => {
  const context = await serve((_, response) => void response.writeHead(413).end('too large'))
  const endless = Readable.from(
    (async function* () {
      for (let left = 2_000; left > 0; left--) yield Buffer.alloc(100_000)
    })(),
  )
  const answer = await send({ method: 'POST', url: '/', content: { stream: endless, bytes: 200_000_000 } }, context)
  expect([answer.status, answer.bytes.toString()]).toEqual([413, 'too large'])
})

test('a body that fails on its way rejects with its own error', async () => {
  const context = await serve((request) => void request.resume())
  const stream = Readable.from(
    (async function* () {
      yield Buffer.alloc(10)
      throw new Error('the file is gone')
    })(),
  )
  await expect(send({ method: 'POST', url: '/', content: { stream, bytes: 20 } }, context)).rejects.toThrow(
    'the file is gone',
  )
})
