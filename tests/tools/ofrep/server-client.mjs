// Tests OpenFeature's server SDK and its OFREP provider against a running app with the sample flags.
//
//   FFC_KEY=… node server-client.mjs <app>
import assert from 'node:assert/strict';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';

const baseUrl = `${process.argv[2]}/api`;
const key = process.env.FFC_KEY;
await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl, headers: { 'x-functions-key': key } }));
const client = OpenFeature.getClient();
const ada = { targetingKey: 'ada', email: 'ada@shop.example', cart: { items: [1, 2] }, tags: ['a'], since: new Date(0) };

function check(details, value, variant, reason, ffcReason, name) {
  assert.deepEqual(details.value, value);
  assert.equal(details.variant, variant);
  assert.equal(details.reason, reason);
  assert.equal(details.errorCode, undefined);
  assert.equal(details.flagMetadata['ffc.reason'], ffcReason);
  assert.equal(details.flagMetadata['ffc.name'], name);
  assert.ok(details.flagMetadata['ffc.dataVersion'] > 1_000_000_000_000);
  assert.equal(details.flagMetadata.stale, undefined);
}

const classic = { name: 'classic', colors: { accent: '#0050b3' }, rounded: false };
check(await client.getBooleanDetails('new-checkout', false, ada), true, '1', 'TARGETING_MATCH', 'target match', 'New checkout');
check(await client.getBooleanDetails('holiday-banner', true, ada), false, '2', 'DISABLED', 'flag off', 'Holiday banner');
check(await client.getBooleanDetails('new-dashboard', true, { targetingKey: 'u1' }), false, '2', 'DISABLED', 'prerequisite failed', 'New dashboard');
check(await client.getStringDetails('welcome-text', '', { ...ada, country: 'FR' }), 'Bienvenue !', '2', 'TARGETING_MATCH', 'rule match', 'Welcome text');
check(await client.getNumberDetails('upload-limit-mb', 0, ada), 10, '1', 'DEFAULT', 'fall through all rules', 'Upload limit in MB');
check(await client.getNumberDetails('search-page-size', 0, { ...ada, seats: 250 }), 100, '3', 'TARGETING_MATCH', 'rule match', 'Search page size');
check(await client.getObjectDetails('theme', {}, { targetingKey: 'u1' }), classic, '1', 'DEFAULT', 'fall through all rules', 'Theme');
check(await client.getObjectDetails('payment-methods', [], ada), ['card', 'paypal'], '1', 'DEFAULT', 'fall through all rules', 'Payment methods');

const split = await client.getNumberDetails('free-shipping-threshold', 0, { targetingKey: 'u1' });
assert.equal(split.reason, 'SPLIT');
assert.equal(split.value, { 1: 49.9, 2: 39 }[split.variant]);

async function checkError(details, errorCode, value) {
  assert.equal(details.errorCode, errorCode);
  assert.equal(details.value, value);
  assert.equal(details.reason, 'ERROR');
}

await checkError(await client.getStringDetails('no-such-flag', 'fallback', ada), 'FLAG_NOT_FOUND', 'fallback');
await checkError(await client.getNumberDetails('welcome-text', 7, ada), 'TYPE_MISMATCH', 7);
await checkError(await client.getStringDetails('upload-limit-mb', 'x', ada), 'TYPE_MISMATCH', 'x');
await checkError(await client.getBooleanDetails('new-checkout', true, {}), 'TARGETING_KEY_MISSING', true);
await checkError(await client.getBooleanDetails('new-checkout', true, { targetingKey: '  ' }), 'TARGETING_KEY_MISSING', true);
await checkError(await client.getBooleanDetails('new-checkout', true, { ...ada, email: 7 }), 'INVALID_CONTEXT', true);

// All ways to send the function key, a wrong key and no key.
for (const [headers, value] of [
  [{ 'X-API-Key': key }, true],
  [{ Authorization: `Bearer ${key}` }, true],
  [{ 'x-functions-key': 'another' }, false],
  [{}, false],
]) {
  await OpenFeature.setProviderAndWait('keys', new OFREPProvider({ baseUrl, headers }));
  assert.equal(await OpenFeature.getClient('keys').getBooleanValue('new-checkout', false, ada), value, JSON.stringify(Object.keys(headers)));
}

await OpenFeature.close();
console.log('all checks passed');
