import { automatic } from './automatic.ts'
import { backup } from './backup.ts'
import { command } from './command.ts'
import { files } from './files.ts'
import { image } from './image.ts'
import { interrupted } from './interrupted.ts'
import { restore } from './restore.ts'

/** Every kind of way back, in the order in which they are documented. */
export const rollbacks = [image, restore, backup, files, command, automatic, interrupted] as const
export type { Part, RollbackKind, State, WayInput } from './rollback.ts'
