import { fileURLToPath } from 'node:url'

/** The top of the repository, wherever a script was started. */
export const root = fileURLToPath(new URL('..', import.meta.url))
