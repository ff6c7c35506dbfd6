import { z } from 'zod'

/** Option of pins in files that Compose does not read: the variable that hands their value to it. */
export const setsField = {
  sets: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, 'not a variable name')
    .optional(),
}
