import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const example = 'stack: docker-compose.yml\nsmoke:\n  - log: { service: web, forbid: ERROR }\n'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rehearsal-package-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function run(
  program: string,
  argv: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string> },
): Promise<Ended> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...options.env }
  try {
    return { code: 0, ...(await promisify(execFile)(program, argv, { ...options, env })) }
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as Ended
    return { code, stdout, stderr }
  }
}

const node = (
  file: string,
  argv: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string> },
) => run(process.execPath, [file, ...argv], options)

async function emptyFolder(name: string): Promise<string> {
  const made = join(folder, name)
  await mkdir(made)
  return made
}

describe('the built command line', () => {
  test('works as a single file in an empty folder', async () => {
    const cwd = await emptyFolder('alone')
    await copyFile(join(dist, 'cli.cjs'), join(cwd, 'cli.cjs'))
    await writeFile(join(cwd, 'upgrade-rehearsal.yml'), example)
    expect(await node('cli.cjs', ['--version'], { cwd })).toEqual({
      code: 0,
      stdout: `${manifest.version}\n`,
      stderr: '',
    })
    expect(await node('cli.cjs', ['validate'], { cwd })).toMatchObject({ code: 0, stderr: '' })
    const { stdout } = await node('cli.cjs', ['schema'], { cwd })
    expect(JSON.parse(stdout)).toEqual(JSON.parse(await readFile(join(root, 'schema.json'), 'utf8')))
  })

  test('ends with 64 where the configuration is wrong, and shows no stack trace', async () => {
    const cwd = await emptyFolder('wrong')
    await writeFile(join(cwd, 'upgrade-rehearsal.yml'), example.replace('smoke', 'smok'))
    const { code, stderr } = await node(join(dist, 'cli.cjs'), ['validate'], { cwd })
    expect(code).toBe(64)
    expect(stderr).toContain('upgrade-rehearsal.yml:2:1: unknown key "smok"; did you mean "smoke"?')
    expect(stderr).not.toMatch(/^\s+at /m)
  })

  test('can be installed from its tarball without any other package', async () => {
    const cwd = await emptyFolder('installed')
    const packed = await run('npm', ['pack', '--json', '--pack-destination', cwd], { cwd: root })
    const [{ filename, files }] = JSON.parse(packed.stdout) as [{ filename: string; files: { path: string }[] }]
    expect(files.map(({ path }) => path).toSorted()).toEqual(
      [
        'LICENSE',
        'README.md',
        'REFERENCE.md',
        'dist/cli.cjs',
        'dist/licenses.txt',
        'package.json',
        'schema.json',
      ].toSorted(),
    )
    await writeFile(join(cwd, 'package.json'), '{}')
    expect(
      await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], { cwd }),
    ).toMatchObject({ code: 0 })
    expect(await readdir(join(cwd, 'node_modules'))).toEqual(['.bin', '.package-lock.json', 'upgrade-rehearsal'])
    const version = { code: 0, stdout: `${manifest.version}\n`, stderr: '' }
    expect(await node('node_modules/upgrade-rehearsal/dist/cli.cjs', ['--version'], { cwd })).toEqual(version)
    expect(await node('node_modules/.bin/upgrade-rehearsal', ['--version'], { cwd })).toEqual(version)
  }, 60_000)
})

describe('the built Action', () => {
  test('reads its inputs and works on the workspace', async () => {
    const cwd = await emptyFolder('workspace')
    await writeFile(join(cwd, 'upgrade-rehearsal.yml'), example)
    const env = { GITHUB_WORKSPACE: cwd, INPUT_COMMAND: 'validate', INPUT_STRICT: 'false' }
    const { code, stdout } = await node(join(dist, 'action.cjs'), [], { cwd: folder, env })
    expect(stdout).toContain('upgrade-rehearsal.yml is valid')
    expect(code).toBe(0)
  })

  test('takes a typo in a boolean for an error', async () => {
    const { code, stdout } = await node(join(dist, 'action.cjs'), [], { cwd: folder, env: { INPUT_STRICT: 'yes' } })
    expect(stdout).toMatch(/^::error::.*"strict".*true or false/m)
    expect(code).toBe(64)
  })

  test('has nothing to do after the job where nothing was begun', async () => {
    expect(await node(join(dist, 'post.cjs'), [], { cwd: folder })).toMatchObject({ code: 0, stdout: '' })
  })
})

test('dist/ is small enough to be committed', async () => {
  const sizes = await Promise.all((await readdir(dist)).map(async (name) => (await stat(join(dist, name))).size))
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(4_500_000)
})

test('nothing is needed at run time', () => {
  expect(manifest).not.toHaveProperty('dependencies')
  expect(manifest).not.toHaveProperty('optionalDependencies')
})

describe('the lock file', async () => {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'))
  const packages = Object.entries(lock.packages as Record<string, { resolved?: string; optionalDependencies?: object }>)

  test('fits package.json', () => expect(lock.packages[''].devDependencies).toEqual(manifest.devDependencies))

  test('names no registry', () => expect(packages.filter(([, { resolved }]) => resolved)).toEqual([]))

  // npm leaves out what the registry at hand lacks, and then refuses such a file on every other machine.
  test('has the packages of every platform', () => {
    const missing = packages.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => !lock.packages[`${path}/node_modules/${name}`] && !lock.packages[`node_modules/${name}`],
      ),
    )
    expect(missing).toEqual([])
  })
})
