import { both, type Fault, rehearsing } from './fault.ts'
import { composed, health, lone, notes } from './notes.ts'

/** What ends on its own in the target and not in the source. */
const worker = (script: string) => `
  worker:
    image: rehearsal-test/app:\${APP_VERSION}
    init: true
    command: [sh, -c, ${JSON.stringify(script)}]`

const hoard = 'x = [bytearray(b"x") * (16 << 20) for _ in range(64)]'
/** On data that it has started on before it never gets ready, whichever release it is. */
const startingOnce = 'if [ -e /data/started ]; then exec sleep infinity; fi; touch /data/started; exec app serve'
const readySoon = `ready: { within: 15s }\nsmoke: ${health}`
/** Its child is out of memory and gone; the service itself goes on and answers. */
const hoardingChild = `if [ $$APP_VERSION = 2.0 ]; then python3 -c '${hoard}'; echo the child ended with $$?; fi; exec app serve`

export const targetFaults: readonly Fault[] = [
  {
    number: 12,
    title: 'the target exits with 1 at boot',
    // The application's own last words are on the screen.
    promise: {
      verdict: 'incompatible',
      code: 'TARGET_CRASHED',
      says: /last log lines\n(.*\n)*? +\| .*bad configuration/,
    },
    apps: ['sqlite'],
    inject: rehearsing((app) => notes(app, { to: '2.0-crash' })),
  },
  {
    number: 13,
    title: 'one service of many dies',
    promise: { verdict: 'incompatible', code: 'TARGET_CRASHED', says: /worker.* exited with code 3/ },
    apps: ['postgres'],
    inject: rehearsing(() => composed(worker('[ $$APP_VERSION = 1.0 ] || exit 3; exec sleep infinity'))),
  },
  {
    number: 14,
    title: 'a one-shot exits with 0',
    promise: { verdict: 'compatible' },
    apps: ['postgres'],
    inject: rehearsing(() =>
      composed('\n  job: { image: "rehearsal-test/app:${APP_VERSION}", command: [app, oneshot, "0"], restart: "no" }'),
    ),
  },
  {
    number: 15,
    title: 'a restart loop',
    promise: { verdict: 'incompatible', code: 'TARGET_CRASHED', says: /web/ },
    apps: ['postgres'],
    inject: rehearsing((app) => notes(app, { to: '2.0-crash', more: 'ready: { within: 60s }' })),
  },
  {
    number: 16,
    title: 'healthy, then dies within five seconds',
    promise: { verdict: 'incompatible', code: 'TARGET_CRASHED' },
    apps: both,
    inject: rehearsing((app) => notes(app, { to: '2.0-crash-late', more: 'ready: { steady: 6s }' })),
  },
  {
    number: 16,
    title: 'the same, and nobody asked to wait for it',
    promise: { verdict: 'incompatible', code: 'TARGET_CRASHED' },
    apps: both,
    inject: rehearsing((app) => notes(app, { to: '2.0-crash-late', more: 'ready: { twice: true }' })),
  },
  {
    number: 17,
    title: 'never ready, as the source would be without an upgrade',
    promise: { verdict: 'inconclusive', code: 'TIMEOUT', says: /:8000 does not answer/ },
    apps: ['sqlite'],
    inject: rehearsing(() =>
      lone(`init: true, command: [sh, -c, ${JSON.stringify(startingOnce)}]`, `${readySoon}\npath: { to: "2.0" }`),
    ),
  },
  {
    number: 17,
    title: 'never ready, while the source is in the same time',
    promise: { verdict: 'incompatible', code: 'NOT_READY', says: /:8000 does not answer/ },
    apps: both,
    inject: rehearsing((app) => notes(app, { to: '2.0-hang', more: 'ready: { within: 30s }' })),
  },
  {
    number: 18,
    title: 'out of memory',
    promise: { verdict: 'inconclusive', code: 'OUT_OF_MEMORY', says: /web.*memory/i },
    apps: ['sqlite'],
    inject: rehearsing(() => lone('mem_limit: 64m', `path: { to: 2.0-oom }\nsmoke: ${health}`)),
  },
  {
    number: 19,
    title: 'only a child is out of memory',
    promise: { verdict: 'inconclusive', code: 'OUT_OF_MEMORY', says: /web.*memory/i },
    apps: ['sqlite'],
    inject: rehearsing(() =>
      lone(
        `mem_limit: 96m, memswap_limit: 96m, command: [sh, -c, ${JSON.stringify(hoardingChild)}]`,
        `path: { to: "2.0" }\nsmoke: ${health}`,
      ),
    ),
  },
]
