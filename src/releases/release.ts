/** One service of a release and the image it is to run. */
export interface ImageUse {
  readonly service: string
  /** As the operator writes it: `example/app:1.2.3`. */
  readonly reference: string
  /** True where a pin decides this service's image. */
  readonly pinned: boolean
  /** How many containers the service has; absent for one. */
  readonly replicas?: number
  /** Where its data lies: volumes and folders that it mounts to write to; absent where there are none. */
  readonly mounts?: readonly Mount[]
}

/** A named volume, or a folder of the operator's, and where a service has it. */
export interface Mount {
  readonly volume: string
  readonly target: string
}

/** A version resolved to the images it means. */
export interface Release {
  readonly version: string
  readonly images: readonly ImageUse[]
  /** It comes before the source: the fixtures are of it, or are carried through it. */
  readonly carried?: true
  /** Its Compose and env-files, where these change with the release. */
  readonly files?: readonly string[]
}

/** An image as the engine holds it after pulling: what every later step runs. */
export interface ResolvedImage {
  readonly reference: string
  /** `sha256:…`, the engine's id of the image's configuration. */
  readonly id: string
  /** `repository@sha256:…`; absent for an image that only this engine has. */
  readonly digest?: string
  /** What is handed to the engine: the digest, or the id of a local image. */
  readonly run: string
  readonly source: 'pulled' | 'local' | 'built'
  /** The architecture that it is for, where the engine's is another one. */
  readonly foreign?: string
}
