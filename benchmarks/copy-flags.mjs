// Writes a flags file with copies of the sample flags under other keys.
//   node benchmarks/copy-flags.mjs 100 flags.json
import { readFileSync, writeFileSync } from 'node:fs';

const [count, path] = process.argv.slice(2);
const sample = JSON.parse(readFileSync(new URL('../samples/flags.json', import.meta.url), 'utf8'));
const originals = sample.data.featureFlags.filter(flag => !flag.isArchived);
sample.data.featureFlags = Array.from({ length: Number(count) }, (_, index) => {
  const suffix = index < originals.length ? '' : `-${Math.floor(index / originals.length)}`;
  const flag = structuredClone(originals[index % originals.length]);
  flag.id += suffix;
  flag.ff.id += suffix;
  flag.ff.keyName += suffix;
  for (const prerequisite of flag.ffp)
    prerequisite.prerequisiteFeatureFlagId += suffix;
  return flag;
});
writeFileSync(path, JSON.stringify(sample));
