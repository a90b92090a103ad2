// Sends valid and invalid requests for every operation of a running app's OpenAPI document and checks each response against the
// document: status, content type, headers and body. Ends with exit code 1 and a list of differences, and of documented responses
// that did not occur.
//
//   FFC_KEY=… node validate-responses.mjs <app with flags> <app without flags>
import Ajv2020 from 'ajv/dist/2020.js';

const [ready, notReady] = process.argv.slice(2);
const document = await (await fetch(`${ready}/api/openapi.json`)).json();
const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: true });
ajv.addFormat('date-time', value => !Number.isNaN(Date.parse(value)) && value.includes('T'));
ajv.addSchema(document, 'api');

const json = { 'Content-Type': 'application/json' };
const key = { 'x-functions-key': process.env.FFC_KEY };
const faults = [];
const seen = new Set();

const resolve = node => node.$ref ? node.$ref.slice(2).split('/').reduce((at, name) => at[name.replaceAll('~1', '/').replaceAll('~0', '~')], document) : node;
const pointer = (...names) => `api#/${names.map(name => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
const pointerOf = (node, ...names) => node.$ref ? `api${node.$ref}` : pointer(...names);

async function request(base, method, path, url, init = {}) {
  const response = await fetch(base + url, { method: method.toUpperCase(), ...init });
  const body = await response.text();
  const what = `${method.toUpperCase()} ${url} -> ${response.status}`;
  const documented = document.paths[path][method].responses[response.status];
  if (!documented) {
    faults.push(`${what}: not documented. ${body}`);
    return response;
  }

  seen.add(`${method} ${path} ${response.status}`);
  const { content, headers = {} } = resolve(documented);
  for (const [name, header] of Object.entries(headers)) {
    const value = response.headers.get(name);
    const validate = ajv.getSchema(`${pointerOf(documented, 'paths', path, method, 'responses', `${response.status}`)}/headers/${name}/schema`);
    const typed = resolve(header).schema.type === 'integer' ? Number(value) : value;
    if (value === null || !validate(typed))
      faults.push(`${what}: header ${name} is ${value}`);
  }

  if (!content) {
    if (body !== '')
      faults.push(`${what}: undocumented body: ${body}`);
    return response;
  }

  const mediaType = response.headers.get('content-type')?.split(';')[0];
  if (!content[mediaType]) {
    faults.push(`${what}: content type ${mediaType} is not documented`);
    return response;
  }

  const location = pointerOf(documented, 'paths', path, method, 'responses', `${response.status}`);
  const validate = ajv.getSchema(`${location}/content/${encodeURIComponent(mediaType.replaceAll('/', '~1'))}/schema`);
  if (!validate(JSON.parse(body)))
    faults.push(`${what}: ${ajv.errorsText(validate.errors)} in ${body}`);
  return response;
}

// Each example must be valid against its schema.
(function checkExamples(node, at) {
  if (node === null || typeof node !== 'object')
    return;
  if (node.schema && node.example !== undefined && !ajv.getSchema(`${at}/schema`)(node.example))
    faults.push(`example at ${at}: ${ajv.errorsText(ajv.getSchema(`${at}/schema`).errors)}`);
  for (const [name, child] of Object.entries(node))
    checkExamples(child, `${at}/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}`);
})(document, 'api#');

const everyFlag = await (await fetch(`${ready}/api/evaluate`, { method: 'POST', headers: { ...json, ...key }, body: '{"user":{"key":"u1"}}' })).json();
const flagKeys = everyFlag.data.map(detail => detail.keyName);

for (const [path, operations] of Object.entries(document.paths)) {
  for (const [method, operation] of Object.entries(operations)) {
    const secured = (operation.security ?? document.security).length > 0;
    const auth = secured ? key : {};
    const parameter = (operation.parameters ?? []).find(candidate => candidate.in === 'path');
    const urlFor = value => `/api${parameter ? path.replace(`{${parameter.name}}`, encodeURIComponent(value)) : path}`;
    const url = urlFor(parameter?.example ?? '');
    if (secured)
      await request(ready, method, path, url, method === 'get' ? {} : { headers: json, body: '{}' });

    if (!operation.requestBody) {
      await request(ready, method, path, url, { headers: auth });
      if (operation.responses['503'])
        await request(notReady, method, path, url, { headers: auth });
      continue;
    }

    const example = JSON.stringify(operation.requestBody.content['application/json'].example);
    const post = (base, to, body, headers = {}) => request(base, method, path, to, { headers: { ...json, ...auth, ...headers }, body });
    const good = await post(ready, url, example);
    await post(ready, url, 'not JSON');
    await post(ready, url, '{}');
    await post(ready, url, example.replace(/"(u1|ada@example.com)"/g, '7'));
    await post(ready, url, JSON.stringify({ padding: 'x'.repeat(64 * 1024) }));
    await post(ready, url, example, { 'Content-Type': 'text/plain' });
    await post(ready, urlFor('no-such-flag'), example.replace(/,"default":false/, ''));
    if (good.headers.get('etag'))
      await post(ready, url, example, { 'If-None-Match': good.headers.get('etag') });
    for (const user of [{ country: 'NL' }, { plan: 'enterprise' }, { email: 'someone@example.com' }])
      for (const flagKey of parameter ? flagKeys : [''])
        await post(ready, urlFor(flagKey), JSON.stringify({ user: { key: 'u2', ...user }, context: { targetingKey: 'u2', ...user }, metrics: [{ eventName: 'seen' }] }));
    if (operation.responses['503'])
      await post(notReady, url, example.replace(/,"default":false/, ''));
  }
}

// A stream does not end, so only its start is checked.
const bulk = await (await fetch(`${ready}/api/ofrep/v1/evaluate/flags`, { method: 'POST', headers: { ...json, ...key }, body: '{"context":{"targetingKey":"u1"}}' })).json();
const streaming = new AbortController();
const stream = await fetch(ready + bulk.eventStreams[0].endpoint.requestUri, { signal: streaming.signal });
const { value } = await stream.body.getReader().read();
if (stream.headers.get('content-type') !== 'text/event-stream' || !new TextDecoder().decode(value).startsWith('data: {"type":"refetchEvaluation"'))
  faults.push(`event stream: ${stream.headers.get('content-type')}, ${new TextDecoder().decode(value)}`);
seen.add(`get /ofrep/v1/events ${stream.status}`);
streaming.abort();

// Requests cannot fill the outbox and the queue, and do not open thousands of streams.
const unreachable = new Set(['post /track 503', 'get /ofrep/v1/events 503']);
for (const [path, operations] of Object.entries(document.paths))
  for (const [method, operation] of Object.entries(operations))
    for (const status of Object.keys(operation.responses))
      if (!seen.has(`${method} ${path} ${status}`) && !unreachable.has(`${method} ${path} ${status}`))
        faults.push(`${method} ${path} -> ${status} is documented but did not occur`);

console.log(`${seen.size} kinds of responses checked`);
for (const fault of faults)
  console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
