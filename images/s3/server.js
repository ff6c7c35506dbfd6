'use strict';
// s3rver stores and lists objects but checks no version 4 signature, answers unsigned requests and knows no versioning.
// This server in front of it does: header and presigned signatures, the payload's hash, and ?versioning per bucket
// (the setting and version ids; old versions are not kept).
const { createHash, createHmac, randomBytes, timingSafeEqual } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));

const { S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey, S3_REGION: region, S3_BUCKETS: buckets } = process.env;
const directory = '/data';
const backend = 4568;
const sha256 = (content) => createHash('sha256').update(content).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const decode = (text) => decodeURIComponent(text.replace(/\+/g, '%20'));

class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

const parseQuery = (text) => (text ? text.split('&').map((pair) => pair.split('=')).map(([name, ...value]) => [decode(name), decode(value.join('='))]) : []);
const parseDate = (text) => Date.parse((text ?? '').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** What the client says about its signature, from the header or from the presigned address. */
function readSignature(request, query) {
  const values = Object.fromEntries(query);
  if (values['X-Amz-Algorithm'] === 'AWS4-HMAC-SHA256') {
    return {
      credential: values['X-Amz-Credential'], headers: values['X-Amz-SignedHeaders'], signature: values['X-Amz-Signature'],
      date: values['X-Amz-Date'], expires: Number(values['X-Amz-Expires']), payload: 'UNSIGNED-PAYLOAD',
      query: query.filter(([name]) => name !== 'X-Amz-Signature'),
    };
  }
  const authorization = request.headers.authorization ?? '';
  if (!authorization.startsWith('AWS4-HMAC-SHA256 ')) throw new Refused(403, 'AccessDenied', 'Access Denied');
  const parts = Object.fromEntries(authorization.slice(17).split(',').map((part) => part.trim().split(/=(.*)/s)));
  return {
    credential: parts.Credential, headers: parts.SignedHeaders, signature: parts.Signature,
    date: request.headers['x-amz-date'], expires: 900, payload: request.headers['x-amz-content-sha256'], query,
  };
}

function verify(request, path, query, body) {
  const given = readSignature(request, query);
  const [key, day, inRegion, service] = (given.credential ?? '').split('/');
  if (key !== accessKey) throw new Refused(403, 'InvalidAccessKeyId', 'The AWS access key Id you provided does not exist in our records.');
  const signedAt = parseDate(given.date);
  const age = (Date.now() - signedAt) / 1000;
  if (!(age > -900)) throw new Refused(403, 'RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.');
  if (!(age <= given.expires)) throw new Refused(403, 'AccessDenied', 'Request has expired');
  if (inRegion !== region) throw new Refused(400, 'AuthorizationHeaderMalformed', `the region '${inRegion}' is wrong; expecting '${region}'`);
  const names = (given.headers ?? '').split(';');
  const canonical = [
    request.method,
    path.split('/').map((part) => encode(decode(part.replace(/\+/g, '%2B')))).join('/'),
    given.query.map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&'),
    ...names.map((name) => `${name}:${(request.headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '', given.headers, given.payload,
  ].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const signingKey = ['aws4_request', service, region, day].reduceRight(hmac, `AWS4${secretKey}`);
  const expected = hmac(signingKey, ['AWS4-HMAC-SHA256', given.date, scope, sha256(canonical)].join('\n')).toString('hex');
  const actual = given.signature ?? '';
  if (!names.includes('host') || actual.length !== expected.length || !timingSafeEqual(Buffer.from(actual), Buffer.from(expected))) {
    throw new Refused(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.');
  }
  if (given.payload !== 'UNSIGNED-PAYLOAD' && given.payload !== sha256(body)) {
    throw new Refused(400, 'XAmzContentSHA256Mismatch', "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
}

const versioningFile = (bucket) => `${directory}/.versioning-${bucket}`;
const isVersioned = (bucket) => fs.existsSync(versioningFile(bucket)) && fs.readFileSync(versioningFile(bucket), 'utf8') === 'Enabled';
const xml = (response, status, content) => response.writeHead(status, { 'Content-Type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>\n${content}`);

function versioning(request, response, bucket, body) {
  if (!fs.existsSync(`${directory}/${bucket}`)) throw new Refused(404, 'NoSuchBucket', 'The specified bucket does not exist');
  if (request.method === 'PUT') {
    fs.writeFileSync(versioningFile(bucket), /<Status>(\w+)<\/Status>/.exec(body.toString())?.[1] ?? '');
    return response.writeHead(200).end();
  }
  const status = fs.existsSync(versioningFile(bucket)) ? `<Status>${fs.readFileSync(versioningFile(bucket), 'utf8')}</Status>` : '';
  return xml(response, 200, `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${status}</VersioningConfiguration>`);
}

function forward(request, response, path, query, body, bucket, key) {
  const headers = { ...request.headers, 'content-length': body.length };
  for (const name of ['authorization', 'transfer-encoding', 'x-amz-content-sha256', 'x-amz-date']) delete headers[name];
  const rest = query.filter(([name]) => !name.startsWith('X-Amz-')).map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
  const onward = http.request({ port: backend, host: '127.0.0.1', method: request.method, path: path + (rest && `?${rest}`), headers }, (answer) => {
    if (request.method === 'PUT' && key && isVersioned(bucket)) answer.headers['x-amz-version-id'] = randomBytes(16).toString('hex');
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', (error) => response.destroy(error));
  onward.end(body);
}

function handle(request, response, body) {
  const [path, text = ''] = request.url.split('?');
  if (path === '/health') return response.end('ok\n');
  const query = parseQuery(text);
  verify(request, path, query, body);
  const [, bucket, key] = /^\/([^/]*)\/?(.*)$/.exec(decode(path));
  if (!key && query.some(([name]) => name === 'versioning')) return versioning(request, response, bucket, body);
  return forward(request, response, path, query, body, bucket, key);
}

const front = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    try {
      handle(request, response, Buffer.concat(chunks));
    } catch (error) {
      const { status = 500, code = 'InternalError', message } = error;
      xml(response, status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
    }
  });
  // The path only: a presigned address is a credential.
  response.on('finish', () => console.log(`${request.method} ${request.url.split('?')[0]} ${response.statusCode}`));
});

const S3rver = require('s3rver');
const configureBuckets = buckets.split(',').filter(Boolean).map((name) => ({ name }));
new S3rver({ address: '127.0.0.1', port: backend, silent: true, directory, vhostBuckets: false, configureBuckets })
  .run()
  .then(() => front.listen(9000, () => console.log('S3 is ready on port 9000')));
