// Everything that must hold before a change goes in: the static steps side by side, then the tests.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rehearseShare } from './systems/rehearse.ts'
import { stopRehearsals } from './systems/run.ts'
import { readResults } from './test/results.ts'
import { start, stopAll } from './test/start.ts'

const steps = {
  lint: ['biome', 'check'],
  types: ['tsc'],
  'dead code': ['knip'],
  'dist/ is built': ['node', 'scripts/build.ts', '--check'],
  'README.md, REFERENCE.md and schema.json are generated': ['node', 'scripts/docs.ts', '--check'],
} as const

let stopped = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopAll(signal)
    stopRehearsals(signal)
    process.exitCode = 1
    stopped = true
  })
}

const scratch = await mkdtemp(join(tmpdir(), 'rehearsal-test-'))
try {
  let passed = 0
  let failed = 0
  const checked = await Promise.all(
    Object.entries(steps).map(async ([name, command]) => ({ name, ...(await start(command, 'kept')) })),
  )
  for (const { name, code, output, ms } of checked) {
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${(ms / 1000).toFixed(1)} s)`)
    if (code === 0) passed += 1
    else failed += 1
    if (code !== 0) console.log(output)
  }

  const file = join(scratch, 'results.json')
  const { code } = await start(
    ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...process.argv.slice(2)],
    'shown',
  )
  const results = await readResults(file)
  passed += results.passed
  failed += results.failed
  // Such as an error outside any test, or no test at all.
  if (results.failed === 0 && (code !== 0 || results.passed === 0)) {
    console.log(results.passed === 0 ? 'no test ran' : `the test runner ended with ${code}`)
    failed += 1
  }

  // Chosen tests are meant to be quick.
  const scenarios = process.argv.length > 2 || stopped ? [] : await rehearseShare()
  passed += scenarios.filter(({ agrees }) => agrees).length
  failed += scenarios.filter(({ agrees }) => !agrees).length

  console.log('\nthe ten slowest tests:')
  const own = scenarios.map(({ scenario, ms }) => ({ name: `systems > ${scenario.system} > ${scenario.name}`, ms }))
  const slowest = [...results.slowest, ...own].toSorted((a, b) => b.ms - a.ms).slice(0, 10)
  for (const { name, ms } of slowest) console.log(`${(ms / 1000).toFixed(2).padStart(7)} s  ${name}`)
  if (results.skipped > 0) console.log(`\n${results.skipped} skipped`)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
} finally {
  await rm(scratch, { recursive: true, force: true })
}
