/** A command as people write it: the line that a shell gets, or its words. */
export function commandLine(argv: readonly string[]): string {
  return argv[0] === 'sh' && argv[1] === '-c' ? (argv[2] ?? '') : argv.join(' ')
}
