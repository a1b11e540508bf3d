// Writes tools/later.txt, the names of the functions that a first visit does without: cargo xtask profile.
//
// The calculator's program, made to tell what has run (wasm-split --watch), is opened, and a model is typed into it. What has not
// run when the new result stands goes into the part of the program that comes later.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { close, host, open, result, root, type } from './harness.mjs';

const watched = readFileSync(process.argv[2]);
const at = await host({ change: (name, bytes) => (/^page-.*\.wasm$/.test(name) ? watched : name.startsWith('rest-') ? undefined : bytes) });
const page = await open({ host: at, expect: [/404/] });
const asked = 'started twice, the glue only gives what it started';
const ran = () => page.evaluate(async () => {
  const glue = document.querySelector('script[data-page-js]').dataset.pageJs;
  const exports = await (await import(new URL(glue, location.href))).default();
  return Object.entries(exports).filter(([name]) => name.startsWith('ran ')).map(([name, global]) => [name.replace(/^ran \d+ /, ''), global.value]);
});
assert.ok((await ran()).length > 500, asked);
for (const [key, text] of [['params', '70B'], ['data', '1.4 trillion tokens'], ['epochs', '2'], ['chips', '2048'], ['time', '21 days'], ['util', '40%']]) await type(page, key, text);
await page.waitForFunction(() => document.querySelector('#result').dataset.flop);
assert.ok(Math.abs(await result(page) / 1.176e24 - 1) < 1e-9, String(await result(page)));

const functions = await ran();
const needed = new Set(functions.filter(([, value]) => value).map(([name]) => name));
const later = [...new Set(functions.map(([name]) => name))].filter((name) => name && !needed.has(name)).sort();
writeFileSync(path.join(root, 'tools/later.txt'), later.join('\n') + '\n');
console.log(`${later.length} of ${functions.length} functions come later`);
await page.context().close();
await close();
