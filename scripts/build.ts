// Bundles the Action and the CLI into dist/; with --check, only says whether dist/ is what the sources make.
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bundle } from './build/bundle.ts'
import { root } from './root.ts'

const folder = join(root, 'dist')
const checkOnly = process.argv.includes('--check')
const startedAt = performance.now()
const files = await bundle()
const present = await readdir(folder).catch((): string[] => [])
const surplus = present.filter((name) => !files.has(name))

if (checkOnly) {
  const stale: string[] = []
  for (const [name, content] of files) {
    const current = await readFile(join(folder, name)).catch(() => undefined)
    if (!current?.equals(content)) stale.push(name)
  }
  if (stale.length + surplus.length > 0) {
    console.error(`dist/ is not what the sources make: ${[...stale, ...surplus].join(', ')}; run: npm run build`)
    process.exitCode = 1
  }
} else {
  await mkdir(folder, { recursive: true })
  for (const [name, content] of files)
    await writeFile(join(folder, name), content, { mode: name === 'cli.cjs' ? 0o755 : 0o644 })
  for (const name of surplus) await rm(join(folder, name), { recursive: true })
}

for (const [name, content] of files) console.log(`${String(content.length).padStart(9)} B  dist/${name}`)
const total = files.values().reduce((sum, content) => sum + content.length, 0)
console.log(`${(total / 1e6).toFixed(2)} MB in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
