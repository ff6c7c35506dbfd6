// Rehearses five systems: the way their guides describe, and each trap that those hide. Exit code 0 only where every
// verdict is the expected one. Arguments choose by a part of a system's or a scenario's name.
import { rehearseSystems } from './systems/rehearse.ts'

const results = await rehearseSystems(process.argv.slice(2))
if (results.length === 0) console.log('no scenario has such a name')
process.exitCode = results.length > 0 && results.every(({ agrees }) => agrees) ? 0 : 1
