// Tests FeatBit's Node SDK against a development server: compares its results with the given results of another SDK, prints
// "change <flag key>" and waits until the flag returns another value, and sends its events.
//
//   node node-client.mjs <server> <secret> <file with results> <flag that the caller changes> <streaming | polling>
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSyncModeEnum, FbClientBuilder, UserBuilder } from '@featbit/node-server-sdk';

const [server, secret, file, changedFlag, mode] = process.argv.slice(2);
const silent = { error() {}, warn() {}, info() {}, debug() {} };
const builder = new FbClientBuilder().sdkKey(secret).eventsUri(server).logger(silent);
if (mode === 'polling')
  builder.dataSyncMode(DataSyncModeEnum.POLLING).pollingUri(server).pollingInterval(500);
else
  builder.streamingUri(server.replace('http', 'ws'));
const client = builder.build();
await client.waitForInitialization();

function createUser({ key, name, custom }) {
  const user = new UserBuilder(key).name(name);
  for (const [property, value] of Object.entries(custom))
    user.custom(property, value);
  return user.build();
}

for (const { user, flagKey, value } of JSON.parse(readFileSync(file, 'utf8'))) {
  const detail = await client.stringVariationDetail(flagKey, createUser(user), 'the default');
  assert.equal(detail.value, value, `${flagKey} for ${user.key}: ${JSON.stringify(detail)}`);
}

const observer = new UserBuilder('observer').build();
const before = await client.stringVariation(changedFlag, observer, '');
console.log(`change ${changedFlag}`);
for (let tries = 0; await client.stringVariation(changedFlag, observer, '') === before; tries++) {
  assert.ok(tries < 600, 'the change of the flag did not arrive');
  await sleep(50);
}

await client.close();
