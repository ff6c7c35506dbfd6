// Damages the demo's data after its upgrade in twelve ways, each of which has to be found by table and count, and rehearses it
// twenty times undamaged, where nothing may be found. Arguments choose by a part of a name. Exit code 0 only where all is so.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pack } from 'tar-stream'
import { cleanRuns, makeAgain } from './sabotage/clean.ts'
import { sabotages, uploads } from './sabotage/damages.ts'
import { rehearseAll } from './systems/rehearse.ts'
import { stopRehearsals } from './systems/run.ts'

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopRehearsals(signal))

const parts = process.argv.slice(2)
const chosen = [...sabotages(), ...cleanRuns()].filter(
  ({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)),
)
const archive = await pictures()
const forget = await makeAgain()
try {
  const results = await rehearseAll(chosen, async (folder) => {
    await writeFile(join(folder, 'uploads.tar'), archive)
    await writeFile(join(folder, 'uploads.yml'), uploads('uploads'))
    await writeFile(join(folder, 'uploads-elsewhere.yml'), uploads('elsewhere'))
  })
  process.exitCode = results.length > 0 && results.every(({ agrees }) => agrees) ? 0 : 1
} finally {
  await forget()
}

/** Twelve pictures in four folders. */
async function pictures(): Promise<Buffer> {
  const into = pack()
  for (let index = 0; index < 12; index += 1) {
    const name = `${2 + Math.floor(index / 3)}/photo-${1 + (index % 3)}.jpg`
    into.entry({ name }, `picture ${index}\n`.repeat(200))
  }
  into.finalize()
  return await buffer(into)
}
