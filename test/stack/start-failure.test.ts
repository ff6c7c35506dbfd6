import { expect, test } from 'vitest'
import { startFailure } from '../../src/stack/start-failure.ts'

test.each([
  ['Error response from daemon: mkdir /var/lib/x: no space left on device', 'NO_SPACE'],
  ['Bind for 0.0.0.0:80 failed: port is already allocated', 'PORT_TAKEN'],
  ['fork/exec: cannot allocate memory', 'OUT_OF_MEMORY'],
  ['unexpected EOF', 'ENGINE_LOST'],
  ['error during connect: Post "http://engine/containers/1/start": EOF', 'ENGINE_LOST'],
  ['read unix @->/run/docker.sock: read: connection reset by peer', 'ENGINE_LOST'],
  ['Error response from daemon: No such image: sha256:1', 'INTERNAL'],
  ['Error response from daemon: Conflict. The container name "/x" is already in use by container "1"', 'INTERNAL'],
  ['OCI runtime create failed: exec: "serve": executable file not found in $PATH', 'CRASHED'],
  ['dependency failed to start: container web-1 exited (1)', 'CRASHED'],
])('%s: %s', (said, code) => {
  expect(startFailure(said)).toBe(code)
})
