// What every file of dist/ weighs: node tools/sizes.mjs dist. Compressed by Node.js, so that xtask compiles in a second.
// Fails when the first visit is over its budget. What belongs to it is told by name here; tests/browser/visit.test.mjs holds
// the same sums against what a browser really fetches.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = process.argv[2];
const KB = 1000;
/** Brotli 11, in bytes: more is refused. */
const READY = 90 * KB;
const ALL = 160 * KB;
const GROUPS = [
  ['until the page answers', /^(index\.html|(style|boot|page)-[^/]*)$/],
  ['after that, unasked', /^(rest-.*|icon\.svg|manifest\.webmanifest)$/],
  ['when somebody turns to the page', /^catalog-.*$/],
  ['kept by the service worker for offline use', /^(sw\.js|places-.*|quote-.*|training-compute(\.js|_bg\.wasm)|[^/]*\.(m?js|txt)|data\/(hardware|models|presets)\.csv)$/],
  ['fetched only when asked for', /./],
];

const rows = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => {
  const file = path.join(entry.parentPath ?? entry.path, entry.name);
  const bytes = readFileSync(file);
  const name = path.relative(dist, file).replaceAll('\\', '/');
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } });
  const group = GROUPS.findIndex(([, is]) => is.test(name));
  return { name, group, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotli.length };
});

const sum = (list, key) => list.reduce((total, row) => total + row[key], 0);
const line = (name, row) => console.log(`  ${name.padEnd(46)}${['raw', 'gzip', 'brotli'].map((key) => String(row[key]).padStart(11)).join('')}`);
const total = (list) => ({ raw: sum(list, 'raw'), gzip: sum(list, 'gzip'), brotli: sum(list, 'brotli') });
console.log(`\nSizes in bytes${' '.repeat(34)}${['raw', 'gzip 9', 'Brotli 11'].map((word) => word.padStart(11)).join('')}`);
for (const [index, [title]] of GROUPS.entries()) {
  const list = rows.filter((row) => row.group === index).sort((a, b) => b.brotli - a.brotli);
  if (!list.length) continue;
  console.log(title);
  for (const row of list) line(row.name, row);
  line(`sum of ${list.length}`, total(list));
}

let over = false;
const hold = (title, groups, most) => {
  const bytes = sum(rows.filter((row) => groups.includes(row.group)), 'brotli');
  console.log(`${title}: ${(bytes / KB).toFixed(1)} kB of ${most / KB} kB, ${bytes > most ? 'TOO MUCH' : 'within it'}`);
  over ||= bytes > most;
};
console.log('');
hold('First visit until the page answers, Brotli 11', [0], READY);
hold('First visit with what follows unasked, Brotli 11', [0, 1], ALL);
process.exitCode = over ? 1 : 0;
