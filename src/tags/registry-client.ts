import { setTimeout } from 'node:timers/promises'
import { RehearsalError } from '../errors.ts'
import { readChallenge, retryAfter } from './challenge.ts'
import { credentialsFor } from './credentials.ts'
import type { RegistryName } from './registry-name.ts'
import { basic, tokenOf, tokenRequest } from './registry-token.ts'
import type { TagContext } from './tag-source.ts'

/** An answer of a registry, read to its end. */
export interface Answer {
  readonly headers: Headers
  readonly text: string
}

/** Asks one repository of one registry, as the engine's client would, until the deadline. */
export class RegistryClient {
  readonly #name: RegistryName
  readonly #context: TagContext
  readonly #deadline: number
  #authorization: string | undefined

  constructor(name: RegistryName, context: TagContext) {
    this.#name = name
    this.#context = context
    this.#deadline = Date.now() + context.withinMs
  }

  /** Throws PULL_AUTH, PULL_NOT_FOUND, PULL_RATE_LIMIT, and PULL_FAILED for all else. */
  async get(url: string, accept = 'application/json'): Promise<Answer> {
    const ask = () => this.#fetch(url, { headers: { accept, ...this.#signed() } })
    let response = await ask()
    // A token may have run out in the middle of a long list.
    if (response.status === 401 && (await this.#signIn(response))) response = await ask()
    if (response.ok) return { headers: response.headers, text: await this.#read(response) }
    throw this.#refusal(response.status)
  }

  #signed(): Record<string, string> {
    return this.#authorization === undefined ? {} : { authorization: this.#authorization }
  }

  /** False where there is nothing to sign in with, or no way that is known. */
  async #signIn(refused: Response): Promise<boolean> {
    const challenge = readChallenge(refused.headers.get('www-authenticate'))
    const credentials = await credentialsFor(this.#name.host, this.#context)
    if (challenge?.scheme === 'bearer') {
      const { url, init } = tokenRequest(this.#name, challenge, credentials)
      const response = await this.#fetch(url, init)
      if (!response.ok) throw this.#refusal(response.status === 404 ? 401 : response.status)
      const token = tokenOf(await this.#read(response))
      if (token === undefined) return false
      this.#context.onSecret(token, `a token of ${this.#name.host}`)
      this.#authorization = `Bearer ${token}`
      return true
    }
    if (challenge?.scheme !== 'basic' || credentials?.kind !== 'password') return false
    this.#authorization = basic(credentials)
    return true
  }

  /** Waits as long as a registry asks for, if that is not beyond the deadline. */
  async #fetch(url: string, init: RequestInit): Promise<Response> {
    for (;;) {
      const left = this.#deadline - Date.now()
      if (left <= 0) throw this.#failure('it did not answer in time')
      const signal = AbortSignal.any([this.#context.signal, AbortSignal.timeout(left)])
      const response = await fetch(url, { ...init, signal }).catch((cause) => {
        this.#context.signal.throwIfAborted()
        throw this.#failure(reasonOf(cause), cause)
      })
      if (response.status !== 429 && response.status !== 503) return response
      const wait = retryAfter(response.headers.get('retry-after'), Date.now())
      await response.body?.cancel()
      if (wait === undefined || Date.now() + wait >= this.#deadline) return response
      await setTimeout(wait, undefined, { signal: this.#context.signal }).catch((cause) => {
        this.#context.signal.throwIfAborted()
        throw cause
      })
    }
  }

  async #read(response: Response): Promise<string> {
    return await response.text().catch((cause) => {
      this.#context.signal.throwIfAborted()
      throw this.#failure(reasonOf(cause), cause)
    })
  }

  #refusal(status: number): RehearsalError {
    const { host, repository } = this.#name
    const where = `${host}/${repository}`
    const refuse = (code: ConstructorParameters<typeof RehearsalError>[0], says: string, hint: string) =>
      new RehearsalError(code, `can't list the tags of ${where}: ${says}`, { where, hint })
    if (status === 401 || status === 403) {
      return refuse(
        'PULL_AUTH',
        `the registry wants other credentials (${status})`,
        `log in with "docker login ${host}" first; is the name right?`,
      )
    }
    if (status === 404) return refuse('PULL_NOT_FOUND', 'the registry has no such repository', 'is the name right?')
    if (status === 429) {
      return refuse(
        'PULL_RATE_LIMIT',
        "the registry's limit is used up",
        'log in to the registry first, or try again later',
      )
    }
    return this.#failure(`the registry answered ${status}`)
  }

  #failure(says: string, cause?: unknown): RehearsalError {
    const { host, repository } = this.#name
    const where = `${host}/${repository}`
    const hint = 'does the registry answer from this machine?'
    return new RehearsalError('PULL_FAILED', `can't list the tags of ${where}: ${says}`, { where, hint }, cause)
  }

  /** An answer that is none of a registry's: a proxy's page, for example. */
  unreadable(what: string, cause?: unknown): RehearsalError {
    return this.#failure(`${what} can't be read`, cause)
  }
}

function reasonOf(cause: unknown): string {
  const { name, message, cause: inner } = cause as Error & { cause?: { code?: string; message?: string } }
  if (name === 'TimeoutError') return 'it did not answer in time'
  return inner?.code ?? inner?.message ?? message
}
