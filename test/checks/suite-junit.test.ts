import { describe, expect, test } from 'vitest'
import { parseJunit } from '../../src/checks/suite-junit.ts'

const one = (xml: string) => parseJunit(xml, 'report.xml')

test('cases of nested suites, each with its outcome', () => {
  const xml = `<?xml version="1.0"?>
<testsuites>
  <testsuite name="outer">
    <testcase name="passes" classname="outer" time="1.2345"/>
    <testcase name="fails &lt;b&gt; &amp;amp;" classname="c" time="0.5"><failure message="expected &quot;1&quot;">trace</failure></testcase>
    <testsuite name="inner">
      <testcase name="breaks"><error>only text &lt;here&gt;</error></testcase>
      <testcase name="later"><skipped/></testcase>
    </testsuite>
  </testsuite>
  <testsuite><testcase name="nameless"/></testsuite>
</testsuites>`
  expect(one(xml)).toEqual([
    { suite: 'outer', name: 'passes', outcome: 'passed', ms: 1235 },
    { suite: 'outer', name: 'c › fails <b> &amp;', outcome: 'failed', ms: 500, message: 'expected "1"' },
    { suite: 'inner', name: 'breaks', outcome: 'error', ms: 0, message: 'only text <here>' },
    { suite: 'inner', name: 'later', outcome: 'skipped', ms: 0 },
    { suite: 'report.xml', name: 'nameless', outcome: 'passed', ms: 0 },
  ])
})

describe('forms that tools write', () => {
  test.each([
    ['a suite as the root', '<testsuite name="s"><testcase name="a"/></testsuite>', ['a']],
    ['no case', '<testsuites/>', []],
    ['an empty suite', '<testsuites><testsuite name="s"/></testsuites>', []],
    [
      'other elements between',
      '<testsuite name="s"><properties><property name="p" value="v"/></properties><testcase name="a"><system-out>x</system-out></testcase></testsuite>',
      ['a'],
    ],
    ['no time', '<testsuite name="s"><testcase name="a" time=""/></testsuite>', ['a']],
    ['a number as a name', '<testsuite name="1"><testcase name="007"/></testsuite>', ['007']],
    [
      'text in CDATA',
      '<testsuite name="s"><testcase name="a"><failure><![CDATA[<x> & y]]></failure></testcase></testsuite>',
      ['a'],
    ],
  ])('%s', (_, xml, names) => {
    expect(one(xml).map(({ name }) => name)).toEqual(names)
  })

  test('two failures of one case are one failed case, with the first message', () => {
    const xml =
      '<testsuite name="s"><testcase name="a"><failure message="first"/><failure message="second"/></testcase></testsuite>'
    expect(one(xml)).toEqual([{ suite: 's', name: 'a', outcome: 'failed', ms: 0, message: 'first' }])
  })

  test('an odd time is 0, not NaN', () => {
    expect(one('<testsuite name="s"><testcase name="a" time="1,234.5"/></testsuite>')[0]?.ms).toBe(0)
  })
})

describe('refuses', () => {
  test('a DOCTYPE, so that no entity can grow or read a file', () => {
    const xml =
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&a;&f;"/></testsuite>'
    expect(() => one(xml)).toThrow('report.xml: a DOCTYPE is refused')
  })

  test.each(['<testsuite>', 'no XML at all', '<testsuite><testcase name="a></testsuite>'])('%j', (xml) => {
    expect(() => one(xml)).toThrow()
  })

  test('an unknown entity stays text', () => {
    expect(one('<testsuite name="s"><testcase name="&file;"/></testsuite>')[0]?.name).toBe('&file;')
  })
})

test('a message of a megabyte is cut', () => {
  const xml = `<testsuite name="s"><testcase name="a"><failure message="${'x'.repeat(2 ** 20)}"/></testcase></testsuite>`
  expect(one(xml)[0]?.message).toHaveLength(4_000)
})
