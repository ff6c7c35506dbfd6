import type { Readable, Writable } from 'node:stream'
import type { ContainerState } from '../run/journal.ts'
import type { Altered, ForkableStack } from './checkpoint.ts'

/** How a command inside a container is to be run. */
export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly user?: string
  readonly signal: AbortSignal
  /** A file descriptor or a stream that becomes the command's standard input. */
  readonly stdin?: number | Readable
  /** Where its output goes instead of into the result: for what is too large to keep. */
  readonly stdout?: Writable
  /** Told each line as it comes, both streams. */
  readonly onLine?: (line: string) => void
  /** Files of this machine that are put into the container first. */
  readonly files?: readonly FileCopy[]
}

/** A file of this machine and its path inside a container. */
export interface FileCopy {
  readonly source: string
  readonly target: string
  /** Its mode inside, where that is not to be the file's own. */
  readonly mode?: number
}

/** What a command did. Output is kept up to 1 MiB a stream, head and tail. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Where the host reaches one port of one service. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Owner, mode and time of a volume's own folder. */
export interface VolumeRoot {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtime: Date
}

export interface LoadOptions {
  readonly signal: AbortSignal
  /** Asked once everything is unpacked; undefined leaves the folder as the engine made it. */
  readonly root: () => VolumeRoot | undefined
}

/** What fixtures load into: volumes exist, services are created, the named ones can be started. */
export interface LoadingStack {
  /** Starts one service without its dependencies and waits until it is running. */
  startOnly(service: string, signal: AbortSignal): Promise<void>
  exec(service: string, argv: readonly string[], options: CommandOptions): Promise<CommandResult>
  /** A one-shot container of a service; starts no dependencies, and the service itself need not run. */
  run(service: string, argv: readonly string[], options: CommandOptions): Promise<CommandResult>
  /** Where this machine reaches a port of a service that was started. */
  address(service: string, port: number): Address
  /** Unpacks a tar stream, or the file of a descriptor, into a volume; resolves when the engine has taken all of it. */
  loadVolume(volume: string, tar: Readable | number, options: LoadOptions): Promise<void>
  /** The environment of a service as its container sees it. */
  environment(service: string): Promise<Readonly<Record<string, string>>>
  containers(): Promise<readonly ContainerState[]>
}

/** A folder that can be read as it is: of a volume, or where a service has it. */
export type FolderOf =
  | { readonly volume: string; readonly under: string }
  | { readonly service: string; readonly path: string }

/** What checks look at: a stack whose services were started. */
export interface RunningStack {
  readonly services: readonly string[]
  exec(service: string, argv: readonly string[], options: CommandOptions): Promise<CommandResult>
  /** A one-shot container of a service; starts no dependencies. */
  run(service: string, argv: readonly string[], options: CommandOptions): Promise<CommandResult>
  /** Each line that a service printed since the stack was last started, as it printed it; streamed. */
  eachLogLine(service: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void>
  address(service: string, port: number): Address
  /** The environment of a service as its container sees it. */
  environment(service: string): Promise<Readonly<Record<string, string>>>
  containers(): Promise<readonly ContainerState[]>
  /** Streams a folder with all below it as a tar archive; false where there is no such folder. Nothing has to run in it. */
  readFolder(folder: FolderOf, tar: Writable, signal: AbortSignal): Promise<boolean>
  /** Whole paths of what a service's container has made in itself: outside of every volume, and gone with it. */
  ownFiles(service: string): Promise<readonly string[]>
}

/** A stack through one rehearsal: created, loaded, started, stopped, created anew for the next release, removed. */
export interface Stack extends LoadingStack, RunningStack, ForkableStack {
  /** Volumes as users name them, and mounted host folders by their whole path. */
  readonly volumeKeys: readonly string[]
  /** Networks, volumes and the door: what every release uses. */
  open(signal: AbortSignal): Promise<void>
  /**
   * From now on, whatever is created is of this release; what runs goes on running. What is altered of it stays so until
   * the next `create`, `fork` or `fresh`.
   */
  create(release: number, signal: AbortSignal, altered?: Readonly<Record<string, Altered>>): Promise<void>
  /** Starts all services in the order of their dependencies; resolves when the engine has taken the last one. */
  start(signal: AbortSignal): Promise<void>
  /** Starts these services alone, without what they depend on. */
  startServices(services: readonly string[], signal: AbortSignal): Promise<void>
  /** Starts what a service depends on. */
  startDependencies(service: string, signal: AbortSignal): Promise<void>
  /** Asks every container, or those of some services, to stop and waits; kills only what outlives the grace period. */
  stop(graceMs: number, signal: AbortSignal, services?: readonly string[]): Promise<void>
  /** Stops and removes every container; volumes stay. */
  down(graceMs: number, signal: AbortSignal): Promise<void>
  /** Replaces one container of a service by one of the release that was created last; `turn` counts from 1. */
  replaceOne(service: string, turn: number, signal: AbortSignal): Promise<void>
  emptyVolume(volume: string, signal: AbortSignal): Promise<void>
  /** Renames something inside a volume; both paths are relative to it. */
  moveInVolume(volume: string, from: string, to: string, signal: AbortSignal): Promise<void>
  /** Copies one file of a service to this machine. */
  copyOut(service: string, path: string, file: string, signal: AbortSignal): Promise<void>
  /** Resolves when nothing is being created in the background any more: before that, removing could miss it. */
  settled(): Promise<void>
  /** Keeps what every container printed since the stack was last started; before anything is removed. */
  saveLogs(open: (container: ContainerState) => Writable, signal: AbortSignal): Promise<void>
}
