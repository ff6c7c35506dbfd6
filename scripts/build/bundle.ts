import { type BuildOptions, build, type Plugin } from 'esbuild'
import { root } from '../root.ts'
import { licences } from './licences.ts'

/**
 * One bundle holds everything and is the CLI when it is started itself: a file that works alone, anywhere. The Action's
 * two entries are a line each and ask it for theirs, so that nothing is in dist/ twice.
 */
const entry = `
module.exports = { action: () => import('./src/action.ts'), post: () => import('./src/post.ts') }
if (require.main === module) import('./src/cli.ts')
`

const common = {
  absWorkingDir: root,
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  target: 'node22',
  format: 'cjs',
  minify: true,
  // testcontainers and its dependencies look at the names of their classes.
  keepNames: true,
  // Optional native parts of dependencies; each does without.
  external: ['*.node', 'cpu-features'],
  legalComments: 'none',
  logLevel: 'silent',
} satisfies BuildOptions

/** The files of dist/ by name. The same sources give the same bytes, wherever they lie. */
export async function bundle(): Promise<Map<string, Buffer>> {
  const inner = await pack('testcontainers', `module.exports = require('testcontainers')`, [leaveOutSessions])
  const outer = await pack('cli', entry, [leaveOutUnused, compileWhenNeeded('testcontainers', inner.code)])
  return new Map([
    ['action.cjs', starter('action')],
    ['cli.cjs', Buffer.from(`#!/usr/bin/env node\n${outer.code}`)],
    ['licenses.txt', Buffer.from(await licences([...inner.files, ...outer.files]))],
    ['post.cjs', starter('post')],
  ])
}

async function pack(name: string, contents: string, plugins: Plugin[]) {
  const stdin = { contents, resolveDir: root, sourcefile: `${name}.js` }
  const { outputFiles, metafile, warnings } = await build({ ...common, stdin, plugins, outfile: `${name}.cjs` })
  // What is harmless elsewhere is a fault in a bundle: an empty import.meta, a require that can't be followed.
  if (warnings.length > 0)
    throw new Error(warnings.map(({ text, location }) => `${location?.file}: ${text}`).join('\n'))
  return { code: outputFiles[0]?.text ?? '', files: Object.keys(metafile.inputs) }
}

function starter(name: 'action' | 'post'): Buffer {
  return Buffer.from(`'use strict'\nrequire('./cli.cjs').${name}()\n`)
}

/** Keeps a large package as text until it is asked for: `validate` and `plan` start in half the time. */
function compileWhenNeeded(name: string, code: string): Plugin {
  const contents = `
    const { createRequire } = require('node:module')
    const { compileFunction } = require('node:vm')
    const parameters = ['exports', 'require', 'module', '__filename', '__dirname']
    const run = compileFunction(${JSON.stringify(code)}, parameters, { filename: '${name}.cjs' })
    run(exports, createRequire(__filename), module, __filename, __dirname)`
  return {
    name: 'compile-when-needed',
    setup(builder) {
      builder.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: 'text' }))
      builder.onLoad({ filter: /.*/, namespace: 'text' }, () => ({ contents }))
    },
  }
}

/** What the engine's client asks a builder's session with: images are built with the docker command line, and nothing calls it. */
const leaveOutSessions: Plugin = {
  name: 'leave-out-sessions',
  setup(builder) {
    builder.onResolve({ filter: /^@grpc\/(grpc-js|proto-loader)$/ }, ({ path }) => ({ path, namespace: 'left-out' }))
    builder.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'module.exports = {}' }))
  },
}

/** Parts of dependencies that nothing here calls and that the bundler can't tell: half a megabyte. */
const leaveOutUnused: Plugin = {
  name: 'leave-out-unused',
  setup(builder) {
    // The Action asks GitHub for no identity token; only that needs an HTTP client.
    builder.onResolve({ filter: /oidc-utils|@actions\/http-client/ }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'resolving') return undefined
      return { ...(await builder.resolve(path, { ...from, pluginData: 'resolving' })), sideEffects: false }
    })
    // Messages in fifty languages.
    builder.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js'",
    }))
  },
}
