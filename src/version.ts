import manifest from '../package.json' with { type: 'json' }

/** This tool's version, as package.json has it. */
export const toolVersion: string = manifest.version
