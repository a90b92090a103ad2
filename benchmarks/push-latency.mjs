// Measures the time from the development server's push of a change to the first changed response of the function app.
// Both are separate processes on this machine. Usage: node benchmarks/push-latency.mjs [rounds]
import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const rounds = Number(process.argv[2] ?? 50);
const folder = mkdtempSync(path.join(tmpdir(), 'ffc-latency-'));
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
      if (listening) resolve(listening[1]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => reject(new Error(`${project} ended: ${output}`)));
  });
}

const now = () => performance.timeOrigin + performance.now();

async function evaluate(app) {
  const response = await fetch(`${app}/api/evaluate/new-checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: { key: 'u1' }, default: false }),
  });
  return (await response.json()).data.reason;
}

async function until(app, wanted) {
  for (const end = now() + 30_000; now() < end;) {
    if (wanted(await evaluate(app))) return now();
  }
  throw new Error('the change did not arrive within 30 s');
}

try {
  copyFileSync(path.join(root, 'samples', 'flags.json'), flags);
  const server = await start('Ffc.DevServer', ['--flags', flags, '--control', 'true']);
  const app = await start('Ffc.Host', [], {
    Ffc__EnvSecret: 'ZGV2JTIwMjYwMTAxMDAwMDAwX18xX18xX18xX19kZWZhdWx0XzAwMDAx',
    Ffc__StreamingUri: server,
    Ffc__EventsUri: server,
  });
  await until(app, (reason) => reason !== 'client not ready');

  const message = JSON.parse(readFileSync(flags, 'utf8'));
  const flag = message.data.featureFlags.find((item) => item.ff.keyName === 'new-checkout');
  const latencies = [];
  for (let round = 0; round < rounds; round++) {
    const off = round % 2 === 0;
    flag.ff.status = off ? 'Disabled' : 'Enabled';
    writeFileSync(flags, JSON.stringify(message));
    const changed = await until(app, (reason) => (reason === 'flag off') === off);
    const pushed = Number(await (await fetch(`${server}/control/last-push`)).text());
    latencies.push(changed - pushed);
  }

  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))].toFixed(1);
  console.log(`push to changed response, ${rounds} changes: median ${at(0.5)} ms, p90 ${at(0.9)} ms, max ${at(1)} ms`);
} finally {
  for (const child of processes) {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
}
