// Tests that OpenFeature's web SDK and its OFREP provider hear of changes over an event stream, without polling, against a running
// app with the sample flags. Prints "status <status>" when the test must give the flag upload-limit-mb this status.
//
//   FFC_KEY=… node web-events.mjs <app>
import assert from 'node:assert/strict';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
import { EventSource } from 'eventsource';

const opened = [];

// The provider uses the EventSource of the browser.
globalThis.EventSource = class extends EventSource {
  constructor(url, options) {
    super(url, options);
    opened.push(url);
  }
};

const baseUrl = `${process.argv[2]}/api`;
const headers = [['x-functions-key', process.env.FFC_KEY]];
const requests = [];
const provider = new OFREPWebProvider({
  baseUrl, headers, pollInterval: 0, cacheMode: 'disabled',
  fetchImplementation: request => {
    requests.push(new URL(request.url));
    return fetch(request);
  },
});
await OpenFeature.setProviderAndWait(provider, { targetingKey: 'ada' });
const client = OpenFeature.getClient();
assert.equal(client.getNumberDetails('upload-limit-mb', 0).reason, 'DEFAULT');

let changed;
client.addHandler(ProviderEvents.ConfigurationChanged, () => changed?.());
for (const [status, reason] of [['Disabled', 'DISABLED'], ['Enabled', 'DEFAULT'], ['Disabled', 'DISABLED'], ['Enabled', 'DEFAULT']]) {
  while (client.getNumberDetails('upload-limit-mb', 0).reason !== reason) {
    const next = new Promise(resolve => changed = resolve);
    console.log(`status ${status}`);
    await next;
  }
}

// One stream, whose URL is not that of the key, and requests that name the event.
assert.equal(opened.length, 1);
assert.ok(!opened[0].includes(process.env.FFC_KEY));
assert.ok(requests.slice(1).every(url => url.searchParams.has('flagConfigEtag') && url.searchParams.has('flagConfigLastModified')));

await OpenFeature.close();
console.log('all checks passed');
