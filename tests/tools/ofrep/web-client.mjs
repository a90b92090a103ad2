// Tests OpenFeature's web SDK and its OFREP provider against a running app with the sample flags. Prints "change chat-support"
// when the test must disable that flag, and waits until polling returns the change.
//
//   FFC_KEY=… node web-client.mjs <app>
import assert from 'node:assert/strict';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';

const baseUrl = `${process.argv[2]}/api`;
// As pairs, because this version of the provider fails with other types that it documents.
const headers = [['x-functions-key', process.env.FFC_KEY]];
const statuses = [];
const watchers = new Set();

async function watchedFetch(request) {
  const response = await fetch(request);
  statuses.push(response.status);
  for (const watcher of watchers)
    watcher();
  return response;
}

// Resolves when the condition is true. It is checked after every response and every event.
function until(condition) {
  return new Promise(resolve => {
    const watcher = () => {
      if (condition()) {
        watchers.delete(watcher);
        resolve();
      }
    };
    watchers.add(watcher);
    watcher();
  });
}

const provider = new OFREPWebProvider({ baseUrl, headers, pollInterval: 50, cacheMode: 'disabled', fetchImplementation: watchedFetch });
await OpenFeature.setProviderAndWait(provider, { targetingKey: 'ada', country: 'FR', cart: { items: [1] } });
const client = OpenFeature.getClient();
assert.equal(statuses[0], 200);

function check(details, value, variant, reason, ffcReason) {
  assert.deepEqual(details.value, value);
  assert.equal(details.variant, variant);
  assert.equal(details.reason, reason);
  assert.equal(details.errorCode, undefined);
  assert.equal(details.flagMetadata['ffc.reason'], ffcReason);
  assert.ok(details.flagMetadata['ffc.name'].length > 0);
  assert.ok(details.flagMetadata['ffc.dataVersion'] > 1_000_000_000_000);
}

check(client.getBooleanDetails('new-checkout', false), true, '1', 'TARGETING_MATCH', 'target match');
check(client.getStringDetails('welcome-text', ''), 'Bienvenue !', '2', 'TARGETING_MATCH', 'rule match');
check(client.getNumberDetails('upload-limit-mb', 0), 10, '1', 'DEFAULT', 'fall through all rules');
check(client.getObjectDetails('payment-methods', []), ['card', 'paypal'], '1', 'DEFAULT', 'fall through all rules');
check(client.getBooleanDetails('holiday-banner', true), false, '2', 'DISABLED', 'flag off');
assert.equal(client.getStringDetails('no-such-flag', 'fallback').errorCode, 'FLAG_NOT_FOUND');
assert.equal(client.getStringDetails('no-such-flag', 'fallback').value, 'fallback');
assert.equal(client.getNumberDetails('welcome-text', 7).errorCode, 'TYPE_MISMATCH');

// Polls get a 304 while nothing changes.
await until(() => statuses.filter(status => status === 304).length >= 3);
assert.deepEqual(new Set(statuses.slice(1)), new Set([304]));

// A new context triggers a new evaluation.
const before = statuses.length;
await OpenFeature.setContext({ targetingKey: 'u1', country: 'DE' });
assert.ok(statuses.slice(before).includes(200));
check(client.getStringDetails('welcome-text', ''), 'Willkommen!', '3', 'TARGETING_MATCH', 'rule match');
await until(() => statuses.at(-1) === 304);

// A flag changes on the server.
let changed = [];
client.addHandler(ProviderEvents.ConfigurationChanged, event => {
  changed = event?.flagsChanged ?? [];
  for (const watcher of watchers)
    watcher();
});
console.log('change chat-support');
await until(() => changed.includes('chat-support'));
check(client.getBooleanDetails('chat-support', true), false, '2', 'DISABLED', 'flag off');

// A request without a targeting key, and one without a function key.
for (const [context, options, code] of [[{}, { headers }, 400], [{ targetingKey: 'u1' }, {}, 401]]) {
  const responses = [];
  const failing = new OFREPWebProvider({
    baseUrl, ...options, cacheMode: 'disabled',
    fetchImplementation: async request => {
      const response = await fetch(request);
      responses.push([response.status, (await response.clone().json()).errorCode]);
      return response;
    },
  });
  const domain = `failing-${code}`;
  await assert.rejects(OpenFeature.setProviderAndWait(domain, failing, context));
  assert.deepEqual(responses, [[code, code === 400 ? 'TARGETING_KEY_MISSING' : undefined]]);
  assert.equal(OpenFeature.getClient(domain).getBooleanValue('new-checkout', true), true);
}

await OpenFeature.close();
console.log('all checks passed');
