// Fills the generated parts of README.md and REFERENCE.md and writes schema.json; with --check, only says whether they are up to date.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jsonSchema } from '../src/config/index.ts'
import { fillMarkers } from './docs/markers.ts'
import { readmeSections, referenceSections } from './docs/sections.ts'
import { root } from './root.ts'

const wanted = {
  'README.md': await filled('README.md', await readmeSections()),
  'REFERENCE.md': await filled('REFERENCE.md', referenceSections()),
  'schema.json': `${JSON.stringify(jsonSchema(), null, 2)}\n`,
}

async function filled(name: string, sections: ReadonlyMap<string, string>): Promise<string> {
  return fillMarkers(await readFile(join(root, name), 'utf8'), sections)
}

for (const [name, text] of Object.entries(wanted)) {
  const current = await readFile(join(root, name), 'utf8').catch(() => '')
  if (current === text) continue
  if (process.argv.includes('--check')) {
    console.error(`${name} is out of date; run: npm run docs`)
    process.exitCode = 1
  } else {
    await writeFile(join(root, name), text)
    console.log(`${name} written`)
  }
}
