// Asks a running app every question its OpenAPI document knows of, rightly and wrongly, and checks each answer against the
// document: the status, the content type, the headers and the body. Ends with 1 and a list where something differs, and where an
// answer is documented that no question brings about.
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

async function ask(base, method, path, url, init = {}) {
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
      faults.push(`${what}: a body where none is documented: ${body}`);
    return response;
  }

  const mediaType = response.headers.get('content-type')?.split(';')[0];
  if (!content[mediaType]) {
    faults.push(`${what}: content type ${mediaType} is not documented`);
    return response;
  }

  const at = pointerOf(documented, 'paths', path, method, 'responses', `${response.status}`);
  const validate = ajv.getSchema(`${at}/content/${encodeURIComponent(mediaType.replaceAll('/', '~1'))}/schema`);
  if (!validate(JSON.parse(body)))
    faults.push(`${what}: ${ajv.errorsText(validate.errors)} in ${body}`);
  return response;
}

// The examples are part of the document: each must be valid by the schema beside it.
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
      await ask(ready, method, path, url, method === 'get' ? {} : { headers: json, body: '{}' });

    if (!operation.requestBody) {
      await ask(ready, method, path, url, { headers: auth });
      if (operation.responses['503'])
        await ask(notReady, method, path, url, { headers: auth });
      continue;
    }

    const example = JSON.stringify(operation.requestBody.content['application/json'].example);
    const post = (base, to, body, headers = {}) => ask(base, method, path, to, { headers: { ...json, ...auth, ...headers }, body });
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

// What cannot be brought about from outside: an outbox and a memory that are full.
const outOfReach = new Set(['post /track 503']);
for (const [path, operations] of Object.entries(document.paths))
  for (const [method, operation] of Object.entries(operations))
    for (const status of Object.keys(operation.responses))
      if (!seen.has(`${method} ${path} ${status}`) && !outOfReach.has(`${method} ${path} ${status}`))
        faults.push(`${method} ${path} -> ${status} is documented, and nothing answered it`);

console.log(`${seen.size} kinds of answers checked`);
for (const fault of faults)
  console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
