import { dockerfile } from './dockerfile.ts'
import { env } from './env.ts'
import { image } from './image.ts'
import { regex } from './regex.ts'
import { json, yaml } from './tree.ts'

/** Every kind of pin. A new kind is its file and a line here. */
export const pins = [dockerfile, env, image, json, regex, yaml] as const
