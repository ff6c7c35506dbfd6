import type { CheckKind } from './check.ts'
import { exec } from './exec.ts'
import { file } from './file.ts'
import { graphql } from './graphql.ts'
import { healthy } from './healthy.ts'
import { http } from './http.ts'
import { log } from './log.ts'
import { metric } from './metric.ts'
import { run } from './run.ts'
import { s3 } from './s3.ts'
import { sql } from './sql.ts'
import { suite } from './suite.ts'
import { tcp } from './tcp.ts'
import { upload } from './upload.ts'

/** Every kind of check. A new kind is its file and a line here. */
export const checks = [exec, file, graphql, healthy, http, log, metric, run, s3, sql, suite, tcp, upload] as const

/** Those that give a value for a rule to compare. */
export const measuring = checks.flatMap(({ name, measure }: Pick<CheckKind<never>, 'name' | 'measure'>) =>
  measure ? [{ name, measure }] : [],
)
