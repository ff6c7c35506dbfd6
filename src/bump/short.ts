/** A commit as people read it. */
export function short(commit: string): string {
  return commit.slice(0, 12)
}
