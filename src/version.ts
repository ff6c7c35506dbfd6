import manifest from '../package.json' with { type: 'json' }

/** This tool's version, as package.json has it. */
export const toolVersion: string = manifest.version

const oldestNode = [22, 22] as const

/** What to tell where Node lacks what this program needs: an older one fails somewhere inside, and says nothing that helps. */
export function nodeTooOld(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return undefined
  return `upgrade-rehearsal needs Node ${oldestNode.join('.')} or newer; this is ${version}`
}
