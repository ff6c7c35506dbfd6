import { env } from './env.ts'
import { image } from './image.ts'

/** Every kind of pin. A new kind is its file and a line here. */
export const pins = [env, image] as const
