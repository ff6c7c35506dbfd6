import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as core from '@actions/core'
import { filesNamed } from '../matrix/files-named.ts'
import type { MergedVerdict } from '../merge/merged.ts'
import type { Bisected } from '../rehearse-bisect.ts'
import type { Verdict } from '../verdict/verdict.ts'

// Outputs and job summary; neither can change the verdict. `reportDir` is in full.

/** Of a rehearsal, or of many that were merged. */
export async function announce(verdict: Verdict | MergedVerdict, reportDir: string): Promise<void> {
  core.setOutput('verdict', verdict.verdict)
  core.setOutput('reasons', verdict.reasons.map(({ code }) => code).join(','))
  if ('rollback' in verdict) {
    core.setOutput('rollback', verdict.rollback)
    core.setOutput('from', verdict.from.version)
    core.setOutput('to', verdict.to.version)
  }
  core.setOutput('report-dir', reportDir)
  core.setOutput('junit-path', join(reportDir, 'junit.xml'))
  core.setOutput('verdict-path', join(reportDir, 'verdict.json'))
  await showSummary(reportDir)
}

/** Of the search for the first release that breaks; what is not known is empty. */
export async function announceBreak(found: Bisected, reportDir: string): Promise<void> {
  const { verdict, first = '', lastGood, from, to, tried } = found
  const reasons = tried.find(({ version }) => version === first)?.reasons ?? []
  core.setOutput('verdict', verdict)
  core.setOutput('reasons', reasons.map(({ code }) => code).join(','))
  core.setOutput('from', from)
  core.setOutput('to', to)
  core.setOutput('first-break', first)
  core.setOutput('last-good', lastGood)
  core.setOutput('report-dir', reportDir)
  core.setOutput('verdict-path', join(reportDir, 'bisect.json'))
  await showSummary(reportDir)
}

/** Of several paths without a report of all of them, each has its own. */
async function showSummary(reportDir: string): Promise<void> {
  if (!process.env.GITHUB_STEP_SUMMARY) return
  const found = await filesNamed(reportDir, 'summary.md').catch((): string[] => [])
  const whole = join(reportDir, 'summary.md')
  const files = found.includes(whole) ? [whole] : found
  const summary = (await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))).join('\n')
  await core.summary
    .addRaw(summary, true)
    .write()
    .catch((cause) => core.warning(`the job summary could not be written: ${cause}`))
}
