import { exec } from './exec.ts'
import { healthy } from './healthy.ts'
import { http } from './http.ts'
import { log } from './log.ts'
import { run } from './run.ts'
import { suite } from './suite.ts'

/** Every kind of check. A new kind is its file and a line here. */
export const checks = [exec, healthy, http, log, run, suite] as const
