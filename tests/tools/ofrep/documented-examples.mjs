// Runs the unchanged JavaScript examples of a document against a running app, each in its own process. A proxy takes the place of
// https://flags.example.com and records requests and responses.
//
//   FFC_KEY=… node documented-examples.mjs <app> <document.md>
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [app, document] = process.argv.slice(2);
const examples = [...readFileSync(document, 'utf8').matchAll(/^```js\n(.*?)^```$/gms)].map(match => match[1]);
assert.equal(examples.length, 4);

const seen = [];
const proxy = http.createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  const { 'content-type': contentType, 'x-functions-key': functionKey } = request.headers;
  const headers = { 'content-type': contentType, 'x-functions-key': functionKey };
  const appResponse = await fetch(app + request.url, { method: request.method, headers, body });
  seen.push({ url: request.url, status: appResponse.status, body: JSON.parse(body) });
  response.writeHead(appResponse.status, { 'content-type': appResponse.headers.get('content-type') ?? 'text/plain' });
  response.end(Buffer.from(await appResponse.arrayBuffer()));
});
// Idle connections would keep an example's process alive.
proxy.keepAliveTimeout = 1;
await new Promise(resolve => proxy.listen(0, '127.0.0.1', resolve));
const baseUrl = `http://127.0.0.1:${proxy.address().port}/api`;

// Inside the tools folder, so that the examples find the packages they import.
const parent = path.join(import.meta.dirname, '..', 'obj');
mkdirSync(parent, { recursive: true });
const folder = mkdtempSync(path.join(parent, 'examples-'));

async function run(example) {
  const file = path.join(folder, `example-${examples.indexOf(example)}.mjs`);
  writeFileSync(file, example.replaceAll('https://flags.example.com/api', baseUrl));
  // Providers poll until they are closed.
  const close = `import(${JSON.stringify(pathToFileURL(file).href)}).then(async () => {
    const sdk = await import('@openfeature/${example.includes('/web-sdk') ? 'web' : 'server'}-sdk');
    await sdk.OpenFeature.close();
  })`;
  writeFileSync(path.join(folder, 'run.mjs'), close);
  seen.length = 0;
  const node = spawn(process.execPath, [path.join(folder, 'run.mjs')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    node[name].on('data', data => { output[name] += data; });
  const code = await new Promise(resolve => node.on('close', resolve));
  assert.equal(code, 0, output.stderr);
  assert.equal(output.stderr, '');
  return output.stdout.trim();
}

try {
  assert.equal(await run(examples[0]), 'true 1 TARGETING_MATCH rule match');
  assert.deepEqual(seen.map(({ url, status }) => [url, status]), [['/api/ofrep/v1/evaluate/flags/new-checkout', 200]]);

  assert.equal(await run(examples[1]), 'true');
  assert.deepEqual(seen.map(({ url, status }) => [url, status]), [['/api/ofrep/v1/evaluate/flags', 200]]);

  for (const example of examples.slice(2)) {
    assert.equal(await run(example), '');
    const tracked = seen.filter(({ url }) => url === '/api/track');
    assert.deepEqual(tracked, [{
      url: '/api/track',
      status: 202,
      body: { user: { key: 'u1', email: 'ada@example.com' }, metrics: [{ eventName: 'checkout', numericValue: 49.9 }] },
    }]);
  }
} finally {
  proxy.close();
  rmSync(folder, { recursive: true });
}

console.log('all examples work as documented');
