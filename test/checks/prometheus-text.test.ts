import { describe, expect, test } from 'vitest'
import { readSamples } from '../../src/checks/prometheus-text.ts'

const read = (text: string, name = 'jobs') =>
  readSamples(text, name).map(({ labels, value }) => [Object.fromEntries(labels), value])

describe('samples of one metric', () => {
  test.each<[string, string, ...unknown[]]>([
    ['without labels', 'jobs 3', [{}, 3]],
    ['with labels', 'jobs{state="done",queue="a b"} 3.5', [{ state: 'done', queue: 'a b' }, 3.5]],
    ['with a comma at the end', 'jobs{state="done",} 3', [{ state: 'done' }, 3]],
    ['with blanks', '  jobs { state = "done" , queue = "q" }\t3 ', [{ state: 'done', queue: 'q' }, 3]],
    ['with a time', 'jobs{state="done"} 3 1395066363000', [{ state: 'done' }, 3]],
    ['with an exemplar', 'jobs{le="0.1"} 3 # {trace="}x{"} 0.67 1520879607.789', [{ le: '0.1' }, 3]],
    ['with braces in a label', 'jobs{path="/{id}"} 3', [{ path: '/{id}' }, 3]],
    ['with all that is escaped', 'jobs{text="a\\"b\\\\c\\nd"} 3', [{ text: 'a"b\\c\nd' }, 3]],
    ['in scientific notation', 'jobs 1.5e+03', [{}, 1500]],
    ['without bounds', 'jobs +Inf\njobs -Inf', [{}, Infinity], [{}, -Infinity]],
    ['that is no number', 'jobs NaN', [{}, Number.NaN]],
    ['over Windows line ends', 'jobs 1\r\njobs{a="b"} 2\r\n', [{}, 1], [{ a: 'b' }, 2]],
    ['between comments', '# HELP jobs 3\n# TYPE jobs counter\n\njobs 4\n# EOF', [{}, 4]],
    ['and of no other', 'jobs_total 1\nmy_jobs 2\njobs_bucket{le="1"} 3'],
    ['in what is no such text', '<html>jobs 3</html>\njobs\njobs{\njobs{state="done" 3'],
  ])('%s', (_, text, ...samples) => {
    expect(read(text)).toEqual(samples)
  })

  test('with a colon in its name', () => expect(read('job:rate:5m 0.2', 'job:rate:5m')).toEqual([[{}, 0.2]]))

  test('in a long line that almost is one, at once', () => {
    const startedAt = performance.now()
    expect(read(`jobs{a="${'x\\'.repeat(50_000)}`)).toEqual([])
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })
})
