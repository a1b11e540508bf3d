// Writes tools/later.txt, the names of the functions that a first visit does without: cargo xtask profile.
//
// The calculator's program, made to tell what has run (wasm-split --watch), is opened, and a model is typed into it. What has not
// run when the new result stands goes into the part of the program that comes later.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { close, host, newContext, open, root, waitForResult } from './harness.mjs';

// The program before it was split, and its glue.
const [wasm, glue] = ['watched.wasm', 'page.js'].map((name) => readFileSync(path.join(process.argv[2], name)));
const at = await host({ change: (name, bytes) => (/^page-.*\.wasm$/.test(name) ? wasm : /^page-.*\.js$/.test(name) ? glue : bytes) });
const context = await newContext();
// What follows at a pause waits for the rest, which never comes here.
await context.route('**/rest-*.wasm', (route) => route.abort());
const page = await open({ host: at, context, expect: [/ERR_FAILED/] });
const ran = () => page.evaluate(async () => {
  // Started once more, the glue only gives what it started.
  const glue = document.querySelector('script[data-page-js]').dataset.pageJs;
  const exports = await (await import(new URL(glue, location.href))).default();
  return Object.entries(exports).filter(([name]) => name.startsWith('ran ')).map(([name, global]) => [name.replace(/^ran \d+ /, ''), global.value]);
});
assert.ok((await ran()).length > 500);
for (const [key, text] of [['params', '175B'], ['data', '400 billion tokens'], ['chips', '12000'], ['time', '15 days'], ['util', '30%']]) await page.fill(`[name=${key}]`, text);
await waitForResult(page, 6 * 175e9 * 400e9);
await page.waitForTimeout(2000);

const functions = await ran();
const needed = new Set(functions.filter(([, value]) => value).map(([name]) => name));
const later = [...new Set(functions.map(([name]) => name))].filter((name) => name && !needed.has(name)).sort();
writeFileSync(path.join(root, 'tools/later.txt'), later.join('\n') + '\n');
console.log(`${later.length} of ${functions.length} functions come later`);
await context.close();
await close();
