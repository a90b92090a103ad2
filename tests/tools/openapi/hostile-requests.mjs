// Fuzzes a running app with requests that are derived from its OpenAPI document: bodies with wrong types, missing and extra members,
// huge numbers and invalid UTF-8, odd headers, path traversal. The same seed gives the same requests. Ends with exit code 1 and a
// list of requests that got a 5xx or no response.
//
//   FFC_KEY=… node hostile-requests.mjs <app> <count> <seed>
import http from 'node:http';
import net from 'node:net';

const [app, requestCount, seed] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const { hostname, port } = new URL(app);
const timeout = 20_000;
const document = await (await fetch(`${app}/api/openapi.json`)).json();

// The random number generator mulberry32, whose state is the seed.
let state = seed;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = n => Math.floor(random() * n);
const oneOf = list => list[below(list.length)];
const chance = p => random() < p;

const resolve = node => node.$ref ? node.$ref.slice(2).split('/').reduce((at, name) => at[name], document) : node;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
const weighted = [...operations, ...operations.filter(item => item.operation.requestBody).flatMap(item => Array(6).fill(item))];

const texts = ['', ' ', 'u1', 'ada', 'ada@example.com', '\u0000', '\u202e', '😀', 'é'.normalize('NFD'), '../..', '%00', '{{7*7}}', "' OR 1=1 --",
  '<script>', '${jndi:ldap://x}', 'true', '1e999', 'null', '__proto__', 'x'.repeat(5000), '\ufffe', '[]'];
const rawNumbers = ['1e308', '1e309', '-1e999', '9'.repeat(500), '0.' + '0'.repeat(400) + '1', '-0', '9007199254740993', '18446744073709551616', '1E+2', '0e0'];
const names = ['key', 'keyid', 'KEY', 'targetingKey', 'TargetingKey', 'user', 'context', 'default', 'keys', 'metrics', 'name', 'email', 'country',
  '__proto__', 'constructor', '', ' ', '\u0000', '😀', 'x'.repeat(300), '$ref', '@type', '$type'];

// Numbers that JavaScript cannot represent are inserted as placeholders and replaced in the text.
const marks = new Map(rawNumbers.map((raw, i) => [`@number-${i}@`, raw]));
const deep = n => JSON.parse('['.repeat(n) + ']'.repeat(n));
const junk = () => oneOf([
  () => null, () => true, () => false, () => below(1000) - 500, () => oneOf([...marks.keys()]), () => oneOf(texts), () => [], () => ({}),
  () => Array.from({ length: below(50) }, () => oneOf(texts)), () => ({ [oneOf(names)]: oneOf(texts) }), () => deep(1 + below(100)),
])();

function valid(schema) {
  schema = resolve(schema);
  if (schema.enum)
    return oneOf(schema.enum);
  const type = Array.isArray(schema.type) ? oneOf(schema.type) : schema.type;
  switch (type) {
    case 'object': {
      const value = {};
      for (const [name, member] of Object.entries(schema.properties ?? {}))
        if (schema.required?.includes(name) || chance(0.7))
          value[name] = valid(member);
      if (schema.additionalProperties)
        value[oneOf(names)] = oneOf([1, true, 'pro', null]);
      return value;
    }
    case 'array': return Array.from({ length: below(4) }, () => valid(schema.items ?? {}));
    case 'string': return oneOf(['u1', 'ada', 'new-checkout', 'FR']);
    case 'number': case 'integer': return below(100) + 1;
    case 'boolean': return chance(0.5);
    case 'null': return null;
    default: return junk();
  }
}

// All members of a value, as pairs of the parent object or array and the name.
function membersOf(value, found = []) {
  if (value !== null && typeof value === 'object')
    for (const name of Object.keys(value)) {
      found.push([value, name]);
      membersOf(value[name], found);
    }
  return found;
}

function mutated(value) {
  for (let i = 1 + below(3); i > 0; i--) {
    const [parent, name] = oneOf(membersOf(value).concat([[null, null]]));
    if (parent === null) {
      if (value !== null && typeof value === 'object' && !Array.isArray(value) && chance(0.8))
        value[oneOf(names)] = junk();
      else
        value = junk();
    } else if (chance(0.6)) {
      parent[name] = junk();
    } else if (chance(0.5)) {
      delete parent[name];
    } else if (!Array.isArray(parent)) {
      parent[oneOf(names)] = parent[name];
    }
  }
  return value;
}

function textOf(value) {
  let text = JSON.stringify(value) ?? '';
  for (const [mark, raw] of marks)
    text = text.replaceAll(`"${mark}"`, raw);
  return text;
}

function bytesOf(value) {
  const bytes = Buffer.from(textOf(value));
  switch (below(12)) {
    case 0: return bytes.subarray(0, below(bytes.length + 1));
    case 1: {
      const at = below(bytes.length + 1);
      const broken = oneOf([[0xc3, 0x28], [0xff], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xc0, 0xaf], [0xef, 0xbb, 0xbf], [0x00]]);
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(broken), bytes.subarray(at)]);
    }
    case 2: {
      // In any member name or string, at any depth.
      let after = below([...textOf(value).matchAll(/"(?=[a-z])/g)].length + 1);
      const odd = oneOf(['"\\ud800', '"\\udc00\\ud800', "'", '"\\u0000', '"\\x41']);
      return Buffer.from(textOf(value).replace(/"(?=[a-z])/g, quote => after-- === 0 ? odd : quote));
    }
    case 3: return Buffer.concat([bytes, Buffer.from(oneOf([',', '}', ' {}', '\u0000', '//c', 'NaN']))]);
    case 4: return Buffer.from(textOf(value).replace(/^{/, '{"user":1,"context":2,"user":{"key":"u1"},'));
    case 5: return chance(0.9) ? bytes : Buffer.concat([Buffer.from('{"x":"'), Buffer.alloc(oneOf([65_000, 65_529, 70_000, 300_000]), 'x'), Buffer.from('"}')]);
    case 6: return Buffer.from(textOf(value), oneOf(['utf16le', 'latin1']));
    case 7: return Buffer.from('{"context":'.repeat(1 + below(3000)));
    default: return bytes;
  }
}

function headersOf(secured) {
  const headers = {};
  if (secured && chance(0.95))
    headers[oneOf(['x-functions-key', 'X-API-Key'])] = process.env.FFC_KEY;
  if (chance(0.9))
    headers['Content-Type'] = chance(0.9) ? 'application/json' : oneOf(['text/plain', 'application/json; charset=utf-16', 'application/json; charset="', ';;;', 'a/b/c', 'multipart/form-data', 'application/problem+json', 'x'.repeat(3000)]);
  if (chance(0.3))
    headers['If-None-Match'] = oneOf(['*', '"', '""', 'W/', 'W/"x"', '"a","b",', ',,,,', '"' + 'x'.repeat(4000) + '"', Array(200).fill('"x"').join(','), 'é', '\t']);
  if (chance(0.1))
    headers[oneOf(['Origin', 'Authorization', 'Accept', 'Cookie', 'X-Forwarded-For', 'X-HTTP-Method-Override', 'traceparent', 'Range', 'Accept-Encoding', 'Expect', 'Upgrade', 'Host'])] =
      oneOf(['', 'null', 'Bearer', 'Bearer ', 'Basic eA==', '*/*;q=9', 'x'.repeat(2000), '00-zz-01', 'bytes=0-', 'é', '100-continue', 'http://[::1', 'a b', 'DELETE']);
  if (chance(0.05))
    headers['Content-Encoding'] = oneOf(['gzip', 'identity', 'br', '']);
  return headers;
}

const tricks = ['..', '.', '../status', '..%2fstatus', '..%5c..', '%2e%2e/%2e%2e', '%00', '%ff', '%c0%af', '%ed%a0%80', '%', '%zz', '%25', '%2525', '%0d%0aX:1',
  ';a=b', '?', '#', '//', '/', '%20', '%09', '%E2%80%AE', '%F0%9F%98%80', 'new-checkout/', 'new-checkout%2f', 'NEW-CHECKOUT', 'x'.repeat(512), 'x'.repeat(9000),
  '%41'.repeat(3000), '{key}', '*', ':', '~', '|', '"', '<', 'CON', 'new-checkout?code=', 'new-checkout?a=' + '%'.repeat(50)];

function pathOf(path, parameters = []) {
  for (const parameter of parameters.filter(item => item.in === 'path'))
    path = path.replace(`{${parameter.name}}`, chance(0.5) ? parameter.example : oneOf(tricks));
  return `/api${path}${chance(0.03) ? oneOf(tricks) : ''}`;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
const statuses = new Map();
const faults = [];
let bytesSent = 0;

function answered(status, what) {
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  if (!(status >= 200 && status < 500))
    faults.push(`${status}: ${what}`);
}

function send({ path, method, operation }) {
  const options = {
    agent, hostname, port, path: pathOf(path, operation.parameters),
    method: chance(0.97) ? method.toUpperCase() : oneOf(['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'POST']),
    headers: headersOf((operation.security ?? document.security).length > 0),
  };
  const content = operation.requestBody?.content['application/json'];
  let body = content ? bytesOf(chance(0.85) ? mutated(valid(content.schema)) : valid(content.schema)) : null;
  if (options.method === 'GET' || options.method === 'HEAD')
    body = null;
  if (body && chance(0.9))
    options.headers['Content-Length'] = body.length;
  else if (body)
    options.headers['Transfer-Encoding'] = 'chunked';
  bytesSent += body?.length ?? 0;

  // Node's client rejects some of these requests; they are written to a socket.
  const isRaw = Object.values(options.headers).some(value => /[^\t\x20-\x7e\x80-\xff]/.test(value)) || /[^\x21-\xff]/.test(options.path) || options.headers.Host || options.headers.Upgrade || options.headers.Expect;
  const what = `${options.method} ${options.path.slice(0, 100)} ${JSON.stringify(options.headers).slice(0, 300)} ${body?.subarray(0, 300).toString('latin1')}`;
  if (isRaw)
    return sendRaw(Buffer.concat([Buffer.from(
      `${options.method} ${options.path} HTTP/1.1\r\nHost: ${options.headers.Host ?? 'localhost'}\r\nConnection: close\r\n`
      + Object.entries({ ...options.headers, Host: undefined, 'Transfer-Encoding': undefined, 'Content-Length': body?.length ?? 0 }).filter(([, value]) => value !== undefined).map(([name, value]) => `${name}: ${value}\r\n`).join('')
      + '\r\n'), body ?? Buffer.alloc(0)]), what);

  return new Promise(done => {
    const request = http.request({ ...options, timeout }, response => {
      response.resume();
      response.on('end', () => { answered(response.statusCode, what); done(); });
      response.on('error', () => { answered(response.statusCode, what); done(); });
    });
    request.on('timeout', () => { faults.push(`no response: ${what}`); request.destroy(); });
    request.on('error', error => {
      // The server may close the connection while a body that it rejects is still being sent.
      if (!['ECONNRESET', 'EPIPE'].includes(error.code) || (body?.length ?? 0) < 60_000)
        faults.push(`${error.code ?? error.message}: ${what}`);
      done();
    });
    request.end(body ?? undefined);
  });
}

// Sends raw bytes. An incomplete request may get no response, but never a 5xx, and the connection must end.
function sendRaw(bytes, what, endEarly = false) {
  return new Promise(done => {
    const socket = net.connect({ host: hostname, port: Number(port) }, () => endEarly ? socket.end(bytes) : socket.write(bytes));
    let answer = '';
    socket.setTimeout(timeout, () => { faults.push(`connection stays open: ${what}`); socket.destroy(); });
    socket.on('data', data => { answer += answer.length < 100 ? data.toString('latin1') : ''; });
    socket.on('error', () => {});
    socket.on('close', () => {
      const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
      if (status)
        answered(Number(status), what);
      else if (!endEarly)
        faults.push(`closed without a response: ${what}`);
      done();
    });
  });
}

const target = 'POST /api/ofrep/v1/evaluate/flags/new-checkout HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n' + `x-functions-key: ${process.env.FFC_KEY}\r\n`;
const broken = [
  [`${target}Content-Length: 100\r\n\r\n{"context":`, true],
  [`${target}Content-Length: -1\r\n\r\n{}`],
  [`${target}Content-Length: 99999999999999999999\r\n\r\n{}`],
  [`${target}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
  [`${target}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`],
  [`${target}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}`],
  [`${target}Transfer-Encoding: chunked\r\n\r\n5\r\n{"con`, true],
  [`${target}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  [`${target}No colon\r\n\r\n`],
  [`${target}X: a\u0000b\r\n\r\n`],
  [`${target}${'X: y\r\n'.repeat(500)}\r\n`],
  [`POST  /api HTTP/1.1\r\n\r\n`],
  [`GET /api/health/live\r\n\r\n`],
  ['\r\n\r\n\r\n', true],
  [Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), true],
];

const started = performance.now();
let left = requestCount;
await Promise.all(Array.from({ length: 16 }, async () => {
  while (left > 0) {
    left--;
    if (chance(0.01)) {
      const [bytes, endEarly] = oneOf(broken);
      await sendRaw(Buffer.from(bytes), bytes.toString().slice(0, 300), endEarly);
    } else {
      await send(oneOf(weighted));
    }
  }
}));
agent.destroy();

const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} x ${status}`).join(', ');
console.log(`${requestCount} requests, ${(bytesSent / 1e6).toFixed(1)} MB of bodies, ${((performance.now() - started) / 1000).toFixed(1)} s: ${counts}`);
for (const fault of faults.slice(0, 20))
  console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
