import type { Fault, Promised } from './fault.ts'
import { notes } from './notes.ts'

/** The verdict of a run whose configuration can't be used says only that. */
const refused = (says: RegExp): Promised => ({ verdict: 'inconclusive', code: 'CONFIG', exit: 64, says })

/** Each line ten times the one before it. */
const bomb = Array.from({ length: 12 }, (_, index) =>
  index === 0
    ? 'a0: &a0 [x]'
    : `a${index}: &a${index} [${Array(10)
        .fill(`*a${index - 1}`)
        .join(', ')}]`,
).join('\n')

function refusing(title: string, says: RegExp, change: (config: string) => string): Fault {
  return {
    number: 39,
    title,
    promise: refused(says),
    apps: ['sqlite', 'postgres'],
    async inject(scene, { app }) {
      const files = notes(app)
      await scene.write({ ...files, 'upgrade-rehearsal.yml': change(String(files['upgrade-rehearsal.yml'])) })
      const ran = await scene.rehearse()
      scene.expect(ran.ms < 5_000, `it took ${(ran.ms / 1000).toFixed(1)} s`)
      scene.expect(!/^ +at /m.test(ran.output), 'a stack trace is no help')
      return ran
    },
  }
}

export const configurationFaults: readonly Fault[] = [
  refusing('an alias bomb', /upgrade-rehearsal\.yml:\d+:\d+: /, (config) => `${config}\n${bomb}\n`),
  refusing('a key that stands twice', /upgrade-rehearsal\.yml:3:1: .*name/, (config) =>
    config.replace('name: notes', 'name: notes\nname: others'),
  ),
  refusing('an unknown key', /upgrade-rehearsal\.yml:2:1: .*nmae.*did you mean "name"/s, (config) =>
    config.replace('name: notes', 'nmae: notes'),
  ),
]
