import { createWriteStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type ProblemDetails, RehearsalError } from '../errors.ts'
import { commandLine, formatBytes } from '../fields/index.ts'
import { type Asked, fillingIn, urlOf } from '../http/asked.ts'
import { matchesAll, readJson } from '../http/json-match.ts'
import { ask, describeFailure, type Request, send } from '../http/request.ts'
import type { Export } from '../strategies/transfer.ts'
import { watchOutput } from './output-watch.ts'
import { pollUntil } from './poll.ts'
import type { Scene, Spot } from './scene.ts'

type ByApi = Extract<Export, { api: unknown }>['api']
type ByCommand = Extract<Export, { exec: unknown }>['exec']

interface Wanted {
  readonly how: Export
  /** Its name among the files of a backup. */
  readonly save?: string
}

/** Lets the data out of the running source, into a file of this run's own. Throws STEP_FAILED. */
export async function makeExport(scene: Scene, { how, save }: Wanted, spot: Spot): Promise<string> {
  const folder = save === undefined ? scene.ports.scratch : join(scene.ports.scratch, 'backup')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, save ?? 'export')
  if ('exec' in how) await byCommand(scene, how.exec, file, spot)
  else await byApi(scene, how.api, file, spot)
  const found = await stat(file)
  const { size } = found
  if (!found.isFile()) throw failed('it is a folder; an export is one file, an archive for instance', {})
  if (size === 0) throw failed('the export is empty (0 bytes)', {})
  if (save === undefined) scene.exported = file
  return formatBytes(size)
}

async function byCommand(scene: Scene, how: ByCommand, file: string, spot: Spot): Promise<void> {
  const { stack } = scene.ports
  const { fill, pattern } = scene.context(spot)
  // Without a file of its own, what the command prints is the export.
  const into = how.file === undefined ? { stdout: createWriteStream(file, { mode: 0o600 }) } : {}
  const tell = scene.tell(spot)
  const patternOf = (source: string | undefined) => (source === undefined ? undefined : pattern(source))
  const watch = watchOutput(patternOf(how.forbid), patternOf(how.require))
  const onLine = (line: string) => {
    watch.look(line)
    tell(line)
  }
  const options = { signal: spot.signal, onLine, ...into }
  const result = await stack.exec(how.service, how.run.map(fill), options)
  // The command itself may not notice that nobody takes what it prints.
  if (into.stdout?.errored) throw unwritten(into.stdout.errored)
  const printed = `${result.stdout}\n${result.stderr}`
  const details = { where: how.service, log: printed.trim().split('\n').slice(-15) }
  const name = commandLine(how.run)
  if (result.exitCode !== 0) throw failed(`"${name}" ended with exit code ${result.exitCode}`, details)
  watch.look(printed)
  if (watch.forbidden) throw failed(`"${name}" printed what matches /${how.forbid}/`, details)
  if (!watch.required) throw failed(`"${name}" printed nothing that matches /${how.require}/`, details)
  if (how.file !== undefined) await stack.copyOut(how.service, fill(how.file), file, spot.signal)
}

async function byApi(scene: Scene, how: ByApi, file: string, spot: Spot): Promise<void> {
  const context = scene.context(spot)
  const known = new Map<string, string>()
  const fill = fillingIn(known, context.fill)
  const headers = how['signed-in'] ? await scene.signIn(spot) : {}
  const http = { ...context, fill }
  const request = (asked: Asked): Request => ({
    method: asked.post === undefined ? 'GET' : 'POST',
    url: urlOf(asked),
    headers,
    body: asked.json,
  })
  const json = async (asked: Asked): Promise<unknown> => {
    const answer = await send(request(asked), http).catch((cause) => {
      throw unanswered(urlOf(asked), cause)
    })
    if (answer.status >= 400) throw failed(`${urlOf(asked)} answers ${answer.status}`, {})
    try {
      return JSON.parse(answer.bytes.toString('utf8') || 'null')
    } catch (cause) {
      throw failed(`${urlOf(asked)} answers with what is not JSON`, {}, cause)
    }
  }
  if (how.start) {
    const answer = await json(how.start)
    for (const [name, path] of Object.entries(how.capture)) {
      const value = readJson(answer, path)
      if (value === undefined) throw failed(`the answer of ${urlOf(how.start)} has nothing at ${path}`, {})
      known.set(name, value)
    }
  }
  const { poll } = how
  if (poll) {
    await pollUntil(
      async () => {
        const answer = await json({ get: poll.get })
        if (poll.fail && matchesAll(answer, poll.fail, http))
          throw failed('the application says that its export failed', {})
        return matchesAll(answer, poll.until, http)
      },
      { signal: spot.signal, longestMs: 500 },
    )
  }
  const answer = await ask(request(how.download), http).catch((cause) => {
    throw unanswered(urlOf(how.download), cause)
  })
  if ((answer.statusCode ?? 500) >= 300) {
    answer.destroy()
    throw failed(`${urlOf(how.download)} answers ${answer.statusCode}`, {})
  }
  await pipeline(answer, createWriteStream(file, { mode: 0o600 }), { signal: spot.signal }).catch((cause) => {
    spot.signal.throwIfAborted()
    throw failed(`the download of ${urlOf(how.download)} broke off: ${describeFailure(cause)}`, {}, cause)
  })
}

/** What of the export could not be written here is missing in it: that is not for the target to stumble over. */
function unwritten(cause: NodeJS.ErrnoException): RehearsalError {
  const code = cause.code === 'ENOSPC' || cause.code === 'EDQUOT' ? 'NO_SPACE' : 'STEP_FAILED'
  return new RehearsalError(code, `the export can't be written: ${cause.message}`, {}, cause)
}

function unanswered(url: string, cause: unknown): unknown {
  return cause instanceof RehearsalError
    ? cause
    : failed(`${url} gives no answer: ${describeFailure(cause)}`, {}, cause)
}

function failed(message: string, details: ProblemDetails, cause?: unknown): RehearsalError {
  const hint = 'the export is made from the running source: try it there by hand'
  return new RehearsalError('STEP_FAILED', `the export failed: ${message}`, { hint, ...details }, cause)
}
