import { expect, test } from 'vitest'
import { readBuckets, readError, readObjects, readVersions } from '../../src/http/s3-answers.ts'

const answer = (xml: string, status = 200) => ({
  status,
  headers: new Headers(),
  bytes: Buffer.from(`<?xml version="1.0"?>\n${xml}`),
})

test('names are text as they are, and one of a kind is still a list', () => {
  const xml = `<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>a+/=</NextContinuationToken><Contents>
    <Key> 007 &amp;lt; ü/1e3&#x27;&#13;</Key><Size>12</Size><ETag>&quot;abc&quot;</ETag></Contents></ListBucketResult>`
  expect(readObjects(answer(xml))).toEqual({
    objects: [{ key: " 007 &lt; ü/1e3'\r", bytes: 12, etag: 'abc' }],
    next: 'a+/=',
  })
  expect(readObjects(answer('<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>'))).toEqual({
    objects: [],
    next: undefined,
  })
  expect(
    readBuckets(
      answer('<ListAllMyBucketsResult><Buckets><Bucket><Name>1</Name></Bucket></Buckets></ListAllMyBucketsResult>'),
    ),
  ).toEqual(['1'])
  expect(readBuckets(answer('<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>'))).toEqual([])
})

test('versions are told apart, and where the list goes on', () => {
  const one = (id: string, latest: boolean) =>
    `<Version><Key>a</Key><VersionId>${id}</VersionId><IsLatest>${latest}</IsLatest><Size>1</Size><ETag>x</ETag></Version>`
  const more =
    '<IsTruncated>true</IsTruncated><NextKeyMarker>a</NextKeyMarker><NextVersionIdMarker>v1</NextVersionIdMarker>'
  const found = readVersions(
    answer(`<ListVersionsResult>${more}${one('v2', true)}${one('v1', false)}</ListVersionsResult>`),
  )
  expect(found.versions.map(({ id, latest }) => [id, latest])).toEqual([
    ['v2', true],
    ['v1', false],
  ])
  expect(found.next).toEqual({ 'key-marker': 'a', 'version-id-marker': 'v1' })
  expect(
    readVersions(answer('<ListVersionsResult><IsTruncated>false</IsTruncated></ListVersionsResult>')).next,
  ).toBeUndefined()
})

test.each([
  ['<Error><Code>NoSuchBucket</Code><Message>x</Message></Error>', 404, 'NoSuchBucket'],
  ['<html><body>502</body></html>', 502, 'status 502'],
  ['', 403, 'status 403'],
  ['not <xml', 500, 'status 500'],
])('%s is the error %s %s', (xml, status, code) => expect(readError(answer(xml, status))).toBe(code))
