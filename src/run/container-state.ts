/** One container as the engine last described it. */
export interface ContainerState {
  readonly service: string
  readonly container: string
  /** The engine's word: created, running, restarting, exited, dead … */
  readonly status: string
  readonly health?: 'starting' | 'healthy' | 'unhealthy'
  readonly exitCode?: number
  readonly outOfMemory: boolean
  /** Present where the engine is never to start it again. */
  readonly restart?: 'no'
  /** How often the engine restarted it since it was created. */
  readonly restarts: number
  /** When the engine started it last; its own clock. */
  readonly startedAt?: string
  /** Id of the image that it runs, `sha256:…`. */
  readonly image: string
  /** The architecture that its image is for, where the engine's is another one. */
  readonly foreign?: string
}
