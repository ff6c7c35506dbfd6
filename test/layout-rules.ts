/** Every stage, in the order of the story. */
const story = [
  'errors',
  'fields',
  'logs',
  'version',
  'request',
  'config',
  'plan',
  'releases',
  'versions',
  'run',
  'http',
  'shell',
  'stack',
  'cache',
  'verdict',
  'reports',
  'redact',
]

/** What may import what. Types are free; only values make an arrow. `*` stands for every file of a folder. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  // Known to everyone, know nobody.
  errors: [],
  version: [],
  fields: ['errors'],
  // What of a log is an error; pure.
  logs: [],
  // The rim: each alone.
  redact: ['errors'],
  shell: ['errors'],
  // Asking services, for the families that do.
  http: ['errors', 'fields'],
  // Asking databases with their own clients, for the same.
  sql: [],
  // What a value is and what a rule says of two; pure.
  invariants: [],
  // Families. A kind knows how to write its options and nothing of those who use it.
  pins: ['errors', 'fields', 'releases/reference'],
  fixtures: ['errors', 'fields', 'http', 'sql', 'run/poll', 'run/output-watch'],
  checks: ['errors', 'fields', 'http', 'sql', 'invariants', 'run/poll'],
  strategies: ['errors', 'fields', 'http', 'fixtures', 'checks'],
  rollbacks: ['errors', 'fields', 'http', 'fixtures', 'strategies'],
  data: ['errors', 'fields', 'http', 'sql', 'run/poll'],
  tags: ['errors', 'fields', 'shell/git-environment'],
  // What versions are, which of them are meant, and which way leads from one to another; pure.
  versions: ['errors'],
  // What outlives a run.
  cache: ['errors'],
  // Stages, in the order in which data flows.
  config: [
    'errors',
    'fields',
    'pins',
    'fixtures',
    'checks',
    'strategies',
    'rollbacks',
    'data',
    'tags',
    'versions/index',
  ],
  releases: ['errors', 'fields', 'pins', 'fixtures', 'tags', 'versions/index'],
  plan: [
    'errors',
    'fields',
    'config/index',
    'pins',
    'fixtures',
    'checks',
    'strategies',
    'rollbacks',
    'data',
    'releases',
  ],
  stack: ['errors', 'fields', 'run/poll', 'releases/reference', 'config/index'],
  run: [
    'errors',
    'version',
    'fields',
    'http',
    'fixtures',
    'checks',
    'data',
    'invariants',
    'cache',
    'logs',
    'releases',
    'plan',
    'config/index',
    'versions/index',
  ],
  verdict: ['errors', 'fields', 'data/compare', 'data/bookkeeping', 'invariants'],
  reports: ['errors', 'fields', 'verdict'],
  // The story knows every stage; the edges know the story.
  request: ['errors'],
  rehearsal: story,
  rehearse: ['bump', 'rehearsal', ...story],
  interrupt: ['errors'],
  'terminal-edge': ['reports'],
  clean: ['errors', 'shell', 'stack'],
  'lean-memory': [],
  'read-plan': ['rehearse', 'reports', 'stack', 'errors', 'request', 'redact'],
  bump: ['errors', 'config/index', 'pins', 'releases', 'shell/git-environment', 'versions/index'],
  'rehearse-bump': ['bump', 'config/index', 'errors', 'rehearsal', 'rehearse', 'releases/path', 'shell'],
  matrix: ['errors', 'fields', 'versions/index'],
  'plan-matrix': ['errors', 'config/index', 'matrix', 'read-plan', 'releases', 'shell', 'versions/index'],
  'rehearse-tree': ['matrix', 'rehearse', 'run/trunk', 'stack/scratch', 'versions/index'],
  'rehearse-paths': ['errors', 'rehearse', 'rehearse-tree', 'versions/index'],
  'rehearse-all': ['merge', 'plan-matrix', 'rehearse-paths', 'rehearse-tree', 'versions/index'],
  bisect: ['reports'],
  'rehearse-bisect': [
    'bisect',
    'errors',
    'config/index',
    'read-plan',
    'rehearse',
    'releases',
    'run/trunk',
    'shell',
    'stack/scratch',
    'versions/index',
  ],
  merge: ['errors', 'checks/suite-junit', 'matrix', 'reports', 'verdict', 'versions/index'],
  action: ['*'],
  post: ['*'],
  cli: ['*'],
  commands: ['*'],
}

/** Packages that only some places may import, types included. */
const packages: readonly { readonly name: RegExp; readonly only: RegExp; readonly because: string }[] = [
  { name: /^(testcontainers|dockerode)\b/, only: /^stack\//, because: 'only stack/ talks to Docker' },
  {
    name: /^@actions\//,
    only: /^(action(\.ts|\/)|post\.ts|shell\/)/,
    because: 'only the Action and shell/ know that there is an Action',
  },
  { name: /^execa$/, only: /^shell\//, because: 'only shell/ starts processes' },
  { name: /^(node:)?child_process$/, only: /^shell\//, because: 'only shell/ starts processes' },
  { name: /^commander$/, only: /^cli\.ts$/, because: 'only the command line has options' },
]

/** Folders that compute and do nothing else. */
const pure = /^(logs|plan|strategies|versions|invariants|verdict|reports)\//
const sideEffects =
  /^(node:)?(fs|net|http|https|os|child_process|dgram|tls|worker_threads)(\/|$)|^(execa|testcontainers|dockerode)$/

/** Who writes files besides redact/, and why that is no way out for a secret. */
export const writers: Readonly<Record<string, string>> = {
  'cache/write-entry.ts':
    'a checkpoint of the volumes, only into the folder that the user names for them, for this user only',
  'fixtures/capture-file.ts':
    "a captured fixture, in the run's own folder, for this user only; it is a backup, and as secret as the one before",
  'fixtures/directory-capture.ts': 'the same of a folder: the links in it',
  'run/capture-step.ts': "a folder for it, in the run's own",
  'rehearsal/captured.ts': 'the same moved to where the configuration has it, only for whoever asks for a capture',
  'fixtures/decrypt.ts': "a passphrase for GnuPG, in the run's own folder, for this user only",
  'fixtures/plain-file.ts':
    "a decrypted archive for the application to import, in the run's own folder, for this user only",
  'stack/scratch.ts': "the run's own temporary folder, which is removed with it",
  'stack/folder-view.ts': 'the view of the project that Compose reads, in the temporary folder, for this user only',
  'stack/compose-template.ts': 'the same for one service, in the temporary folder, for this user only',
  'run/shared-steps.ts': 'copies of logs that were redacted when they were written',
  'run/export-step.ts': "an export of the rehearsal's own, in the temporary folder, for this user only",
  'stack/build.ts': 'what is to be built, in the temporary folder, for this user only',
  'stack/source-folder.ts': 'one release of a repository, in the temporary folder, for this user only',
  'stack/compose-stack.ts': 'the Compose file as rewritten, in the temporary folder, for this user only',
}

interface Import {
  readonly from: string
  readonly names: readonly string[]
  readonly typeOnly: boolean
}

/** The imports and re-exports of a module, the dynamic ones too. */
function importsOf(source: string): Import[] {
  const statement =
    /^(?:import|export)\s+(type\s+)?(?:([\w*][^'"`;]*?|\{[^}]*\})\s+from\s+)?'([^']+)'|\bimport\('([^']+)'\)/gms
  return [...source.matchAll(statement)].map(([, type, names = '', from, dynamic]) => {
    const list = names
      .replace(/[{}]/g, '')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
    return {
      from: (from ?? dynamic) as string,
      names: list.map((name) => name.replace(/\s+as\s.*/s, '')),
      typeOnly: type !== undefined,
    }
  })
}

/** Every rule that a module breaks, in words. `file` is relative to src/. */
export function faults(file: string, source: string): string[] {
  const imports = importsOf(source)
  return [
    ...arrowFaults(file, imports),
    ...packageFaults(file, imports),
    ...outputFaults(file, source, imports),
    ...shapeFaults(file, source),
  ]
}

function arrowFaults(file: string, imports: readonly Import[]): string[] {
  const area = areaOf(file)
  const allowed = arrows[area]
  if (!allowed) return [`src/${file}: "${area}" has no line in the table of arrows`]
  return imports.flatMap(({ from, typeOnly }) => {
    if (typeOnly || !from.startsWith('.')) return []
    const target = new URL(from, `file:///${file}`).pathname.slice(1)
    if (areaOf(target) === area || !target.endsWith('.ts')) return []
    const fits = allowed.some((one) => one === '*' || one === areaOf(target) || `${one}.ts` === target)
    return fits ? [] : [`src/${file}: ${area} may not import values of ${target}`]
  })
}

function packageFaults(file: string, imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, typeOnly }) => [
    ...packages
      .filter(({ name, only }) => name.test(from) && !only.test(file))
      .map(({ because }) => `src/${file}: imports ${from}; ${because}`),
    ...(pure.test(file) && !typeOnly && sideEffects.test(from)
      ? [`src/${file}: imports ${from}; ${areaOf(file)}/ is pure`]
      : []),
  ])
}

function outputFaults(file: string, source: string, imports: readonly Import[]): string[] {
  if (file.startsWith('redact/')) return []
  const printing = /\bconsole\.\w+\(|\bprocess\.(?:stdout|stderr)\.(?:write|end)\(/.exec(source)
  const writing = imports
    .filter(({ from }) => /^(node:)?fs(\/promises)?$/.test(from))
    .flatMap(({ names }) =>
      names.filter((name) => /^(write|append|createWriteStream|mkd|copy|cp\b|symlink|link|rename|\*|fs$)/.test(name)),
    )
  return [
    ...(printing ? [`src/${file}: prints with ${printing[0]}…; only redact/ does`] : []),
    ...(writing.length > 0 && !(file in writers)
      ? [`src/${file}: writes with ${writing.join(', ')}; only redact/ does`]
      : []),
  ]
}

function shapeFaults(file: string, source: string): string[] {
  const lines = source.split('\n').length - 1
  const words = file.replace(/\.ts$/, '').split(/[/-]/)
  const vague = words.filter((word) => /^(utils?|helpers?|managers?|common)$/.test(word))
  return [
    ...(lines >= 200 ? [`src/${file}: ${lines} lines; what are its parts?`] : []),
    ...(/^([a-z0-9]+(-[a-z0-9]+)*\/)*[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(file) ? [] : [`src/${file}: not in kebab-case`]),
    ...vague.map((word) => `src/${file}: "${word}" says nothing`),
  ]
}

function areaOf(file: string): string {
  return file.replace(/[/.].*$/s, '')
}
