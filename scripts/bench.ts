import { type Group, showFigure } from './bench/figure.ts'
import { fingerprint } from './bench/fingerprint.ts'
import { cache, forks } from './bench/forks.ts'
import { main } from './bench/main.ts'
import { asTree } from './bench/paths.ts'

// Prints a line a figure: name | value | target | ok or short. `npm run bench GROUP` for one group.
const groups: Readonly<Record<string, Group>> = { main, forks, cache, fingerprint, paths: asTree }

const wanted = process.argv[2]
const chosen = wanted === undefined ? Object.values(groups) : [groups[wanted]]
if (chosen.includes(undefined)) {
  console.error(`no group "${wanted}"; there is: ${Object.keys(groups).join(', ')}`)
  process.exitCode = 64
} else {
  for (const group of chosen) await group?.((figure) => console.log(showFigure(figure)))
}
