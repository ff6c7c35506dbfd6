/** Like `Promise.all`, but nothing is still at work when it rejects: what comes into being later would be left behind. */
export async function allEnded<Value>(works: readonly Promise<Value>[]): Promise<Value[]> {
  await Promise.allSettled(works)
  return await Promise.all(works)
}
