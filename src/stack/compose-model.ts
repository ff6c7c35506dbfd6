/** A Compose file after Compose resolved it: the part of `docker compose config --format json` that is read here. */
export interface ComposeModel {
  readonly name?: string
  readonly services: Readonly<Record<string, ComposeService>>
  readonly networks?: Readonly<Record<string, ComposeNetwork | null>>
  readonly volumes?: Readonly<Record<string, ComposeVolume | null>>
  readonly configs?: Readonly<Record<string, ComposeSource>>
  readonly secrets?: Readonly<Record<string, ComposeSource>>
}

export interface ComposeService {
  readonly image?: string
  readonly build?: unknown
  readonly environment?: Readonly<Record<string, string | null>> | null
  readonly ports?: readonly { readonly target: number; readonly protocol?: string }[]
  readonly expose?: readonly string[]
  readonly volumes?: readonly ComposeMount[]
  readonly networks?: Readonly<Record<string, { readonly aliases?: readonly string[] } | null>> | null
  readonly network_mode?: string
  readonly configs?: readonly ComposeFileUse[]
  readonly secrets?: readonly ComposeFileUse[]
  readonly command?: unknown
  readonly entrypoint?: unknown
  readonly restart?: string
  readonly container_name?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly stop_grace_period?: string
  readonly privileged?: boolean
  readonly pid?: string
  readonly ipc?: string
  readonly userns_mode?: string
  readonly uts?: string
  readonly cgroup?: string
  readonly volumes_from?: readonly string[]
  readonly cap_add?: readonly string[]
  readonly devices?: readonly unknown[]
  readonly deploy?: { readonly replicas?: number; readonly restart_policy?: { readonly condition?: string } }
  readonly scale?: number
  readonly depends_on?: Readonly<Record<string, unknown>>
  /** All else is handed on as it is. */
  readonly [other: string]: unknown
}

export interface ComposeMount {
  readonly type: string
  readonly source?: string
  readonly target: string
  readonly read_only?: boolean
  readonly volume?: Readonly<Record<string, unknown>>
  readonly [other: string]: unknown
}

export interface ComposeFileUse {
  readonly source: string
  readonly target?: string
}

export interface ComposeNetwork {
  readonly name?: string
  readonly [other: string]: unknown
}

export interface ComposeVolume {
  readonly name?: string
  readonly external?: boolean
}

export interface ComposeSource {
  readonly name?: string
  readonly file?: string
  readonly content?: string
  readonly environment?: string
}

/** How many containers a service has. */
export function replicasOf({ deploy, scale }: ComposeService): number {
  return deploy?.replicas ?? scale ?? 1
}
