// Measures the event streams of Ffc.Host: the time from a change of the flags file to the new value in a client that does not poll,
// the time until many open streams hear of a change, and the memory before, with and after these streams.
// Server and app are separate processes on this machine. Usage: node benchmarks/event-streams.mjs [streams] [changes]
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const streamCount = Number(process.argv[2] ?? 1000);
const changes = Number(process.argv[3] ?? 20);
const folder = mkdtempSync(path.join(tmpdir(), 'ffc-events-'));
const flags = path.join(folder, 'flags.json');
const processes = [];

function start(project, args, env = {}) {
  const dll = path.join(root, 'src', project, 'bin', 'Release', 'net10.0', `${project}.dll`);
  const child = spawn('dotnet', [dll, '--urls', 'http://127.0.0.1:0', ...args], { env: { ...process.env, ...env }, cwd: folder });
  processes.push(child);
  return new Promise((resolve, reject) => {
    let output = '';
    const read = (data) => {
      output += data;
      const listening = /(?:Now listening on|[A-Za-z]+ development server): (http:\/\/\S+)/.exec(output);
      if (listening) resolve({ url: listening[1], pid: child.pid });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => reject(new Error(`${project} ended: ${output}`)));
  });
}

async function evaluateAll(app, query = '') {
  const response = await fetch(`${app.url}/api/ofrep/v1/evaluate/flags${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ context: { targetingKey: 'u1' } }),
  });
  return await response.json();
}

// Opens a stream and calls onEvent with the data of each event. Resolves after the first event.
function open(url, onEvent) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false }, (response) => {
      let text = '';
      response.on('data', (data) => {
        text += data;
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
          const line = text.slice(0, end).split('\n').find((item) => item.startsWith('data: '));
          if (line) onEvent(JSON.parse(line.slice(6)));
          resolve(request);
        }
      });
    });
    request.on('error', reject);
  });
}

const memory = (app) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${app.pid}/status`, 'utf8'))[1]) / 1024;
const at = (values, share) => values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

try {
  copyFileSync(path.join(root, 'samples', 'flags.json'), flags);
  const server = await start('Ffc.DevServer', ['--flags', flags]);
  const app = await start('Ffc.Host', [], {
    Ffc__EnvSecret: 'ZGV2JTIwMjYwMTAxMDAwMDAwX18xX18xX18xX19kZWZhdWx0XzAwMDAx',
    Ffc__StreamingUri: server.url,
    Ffc__EventsUri: server.url,
  });
  while (!(await evaluateAll(app)).flags) await delay(50);

  const message = JSON.parse(readFileSync(flags, 'utf8'));
  const flag = message.data.featureFlags.find((item) => item.ff.keyName === 'new-checkout');
  function change() {
    flag.ff.status = flag.ff.status === 'Enabled' ? 'Disabled' : 'Enabled';
    writeFileSync(flags, JSON.stringify(message));
    return performance.now();
  }

  const url = app.url + (await evaluateAll(app)).eventStreams[0].endpoint.requestUri;
  const reasonOf = (bulk) => bulk.flags.find((item) => item.key === 'new-checkout').metadata['ffc.reason'];
  const latencies = [];
  let changed;
  const single = await open(url, async (event) => {
    const bulk = await evaluateAll(app, `?flagConfigEtag=${event.etag}`);
    changed?.(reasonOf(bulk));
  });
  for (let i = 0; i < changes; i++) {
    const off = flag.ff.status === 'Enabled';
    const arrived = new Promise((resolve) => changed = (reason) => (reason === 'flag off') === off && resolve(performance.now()));
    const started = change();
    latencies.push(await arrived - started);
  }
  changed = undefined;
  single.destroy();
  console.log(`change of the file to new value in a client, ${changes} changes: `
    + `median ${at(latencies, 0.5).toFixed(0)} ms, max ${at(latencies, 1).toFixed(0)} ms`);

  const before = memory(app);
  const times = [];
  const during = [];
  const after = [];
  let received = 0;
  let all;
  for (let round = 0; round < 3; round++) {
    const streams = [];
    for (let i = 0; i < streamCount; i += 50)
      streams.push(...await Promise.all(Array.from({ length: Math.min(50, streamCount - i) }, () => open(url, () => {
        if (++received === streamCount) all?.(performance.now());
      }))));
    during.push(memory(app));
    for (let i = 0; i < 5; i++) {
      received = 0;
      const arrived = new Promise((resolve) => all = resolve);
      const started = change();
      times.push(await arrived - started);
      await delay(300);
    }
    for (const stream of streams) stream.destroy();
    await delay(10_000);
    after.push(memory(app));
  }
  const list = (values) => values.map((value) => value.toFixed(0)).join(', ');
  console.log(`change of the file to the last of ${streamCount} streams, ${times.length} changes: `
    + `median ${at(times, 0.5).toFixed(0)} ms, max ${at(times, 1).toFixed(0)} ms`);
  console.log(`memory of Ffc.Host in MiB, three rounds: ${before.toFixed(0)} before, ${list(during)} with ${streamCount} streams, `
    + `${list(after)} ten seconds after they closed`);
} finally {
  for (const child of processes) {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
}
