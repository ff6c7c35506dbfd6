import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Config, loadConfig } from '../../src/config/index.ts'

export async function folderWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rehearsal-unit-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

export async function load(text: string, env: Readonly<Record<string, string>> = {}): Promise<Config> {
  return await loadConfig('c.yml', await folderWith({ 'c.yml': text }), env)
}

/** The message of a configuration that can't be used. */
export async function refusal(text: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const config = await load(text, env).catch((error: unknown) => error as Error & { code?: string })
  if (!(config instanceof Error)) throw new Error('the configuration was taken')
  if (config.code !== 'CONFIG') throw config
  return config.message
}
