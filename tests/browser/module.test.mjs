// The JavaScript module of dist/: its declarations hold under `tsc --strict`, it does the same in Node.js and in a browser, and a
// program's mistake is an error that names the key.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { dist, host, open, root } from './harness.mjs';

const module = await import(pathToFileURL(path.join(dist, 'training-compute.js')));
await module.default({ module_or_path: readFileSync(path.join(dist, 'training-compute_bg.wasm')) });

const folder = mkdtempSync(path.join(tmpdir(), 'training-compute-types-'));
after(() => rmSync(folder, { recursive: true }));
const source = path.join(root, 'tests/module/uses.ts');
const declarations = readFileSync(path.join(dist, 'training-compute.d.ts'), 'utf8');

/** tests/module/uses.ts, checked and compiled once. */
let compiled;
function compile() {
  if (compiled) return compiled;
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false,
      target: 'es2022', module: 'es2022', moduleResolution: 'bundler', lib: ['es2022', 'esnext.disposable', 'dom'], types: [],
      paths: { 'training-compute': [path.join(dist, 'training-compute.d.ts')] }, rootDir: path.dirname(source), outDir: folder,
    },
    files: [source],
  }));
  try {
    execFileSync('node', [path.join(process.env.TRAINING_COMPUTE_NPM, 'node_modules/typescript/bin/tsc'), '--project', folder], { encoding: 'utf8' });
  } catch (refused) {
    assert.fail(`tsc --strict: ${refused.stdout || refused}`);
  }
  return (compiled = path.join(folder, 'uses.js'));
}

test('tsc --strict accepts a program that uses every export', () => {
  compile();
  const program = readFileSync(source, 'utf8');
  const names = [...declarations.matchAll(/^export (?:declare )?(?:function|class|interface|type|const) (\w+)/gm)].map(([, name]) => name);
  assert.ok(names.length > 40, `${names.length} exports`);
  // What wasm-bindgen declares for starting the module.
  const starting = ['InitInput', 'InitOutput', 'SyncInitInput', 'initSync'];
  assert.deepEqual(names.filter((name) => !starting.includes(name) && !new RegExp(`\\b(api|Api)\\.${name}\\b`).test(program)), []);
  // And nothing is exported that the declarations do not tell.
  assert.deepEqual(Object.keys(module).filter((name) => !['default', 'initSync'].includes(name) && !names.includes(name)), []);
});

test('the program gives the same in Node.js and in a browser', async () => {
  const program = compile();
  const { useAll } = await import(pathToFileURL(program));
  const here = JSON.parse(JSON.stringify(await useAll(module)));
  assert.ok(Math.abs(here.flop / 3.15e23 - 1) < 0.15, `${here.flop}`);
  assert.equal(here.back, here.link);
  assert.deepEqual(here.many, [here.flop, here.flop]);
  assert.deepEqual(here.linked, [here.flop]);
  assert.deepEqual([here.count, here.fromFile, here.fromFiles], [124439808, 124439808, 124439808]);
  assert.equal(here.refusal, 'html');
  assert.ok(here.counted > 0 && here.again, `${here.counted}`);
  assert.equal(here.opened, here.flop);
  assert.deepEqual(here.rows, [`A ${6 * 70e9 * 2e12}`]);
  assert.deepEqual(here.found.filter((mark) => /^(params|data|chips|time)/.test(mark)), ['params 70B', 'data 2T', 'chips 2,048', 'time 35 days']);
  const from = await host({ change: (name, bytes) => (name === 'uses.js' ? readFileSync(program) : bytes) });
  const page = await open({ host: from });
  const there = await page.evaluate(async () => {
    const api = await import(new URL('training-compute.js', document.baseURI).href);
    await api.default();
    const { useAll } = await import(new URL('uses.js', document.baseURI).href);
    return JSON.parse(JSON.stringify(await useAll(api)));
  });
  assert.deepEqual(there, here);
  await page.done();
});

/** What is thrown; a panic is no Error of ours. */
function thrown(call) {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof TypeError, `${error}`);
    assert.doesNotMatch(error.message, /unreachable|memory access|undefined \(reading|is not a function|encode/, 'a panic or a stumble of the glue');
    return error.message;
  }
  return undefined;
}
const phase = (counting) => ({ phases: [{ counting }] });

test('a request of the wrong type is a TypeError that names the key', () => {
  const cyclic = { phases: [] };
  cyclic.phases.push(cyclic);
  const cyclicQuantity = {};
  cyclicQuantity.low = cyclicQuantity;
  const cases = [
    [undefined, /object|request/i], [null, /object|request/i], [5, /object|request/i], ['params=70B', /object|request/i], [[], /object|request/i],
    [() => {}, /object|request/i], [Symbol('x'), /object|request/i],
    [{ phases: 5 }, /^phases: /], [{ phases: {} }, /^phases: /], [{ phases: [5] }, /^phases\[0\]: /], [{ phases: [{}, null] }, /^phases\[1\]: /],
    [{ phase: [] }, /phase/], [{ phases: [{ counting: 5 }] }, /^phases\[0\]\.counting: /],
    [phase({ params: '70B' }), /^phases\[0\]\.counting\.params: unknown field/],
    [phase({ parameters: [70e9] }), /^phases\[0\]\.counting\.parameters: /], [phase({ parameters: {} }), /^phases\[0\]\.counting\.parameters.*low/],
    [phase({ parameters: { low: 1 } }), /^phases\[0\]\.counting\.parameters.*high/], [phase({ parameters: { low: 'a', high: 2 } }), /^phases\[0\]\.counting\.parameters/],
    [phase({ parameters: { low: 1, high: 2, median: 1 } }), /^phases\[0\]\.counting\.parameters.*median/],
    [phase({ parameters: () => 70e9 }), /^phases\[0\]\.counting\.parameters: /], [phase({ parameters: Symbol('70B') }), /^phases\[0\]\.counting\.parameters: /],
    [phase({ parameters: 2n ** 80n }), /^phases\[0\]\.counting\.parameters: /], [phase({ data: new Date(0) }), /^phases\[0\]\.counting\.data/],
    [phase({ attention: { depth: 1, width: 2, length: 3 } }), /^phases\[0\]\.counting\.attention\.length: unknown field/],
    [{ phases: [{ hardware: { chips: [1, 2] } }] }, /^phases\[0\]\.hardware\.chips: /],
    [cyclic, /^phases\[0\]\.phases: unknown field/], [phase({ data: cyclicQuantity }), /^phases\[0\]\.counting\.data/],
  ];
  for (const [request, wanted] of cases) {
    for (const call of [module.estimate, module.encodeLink]) assert.match(thrown(() => call(request)) ?? 'nothing thrown', wanted);
    assert.match(thrown(() => module.estimateMany([{ phases: [] }, request])) ?? (typeof request === 'string' ? 'request' : 'nothing thrown'), /^\[1\]|request/);
  }
});

test('what is no number is a problem of its field, and nothing panics', () => {
  for (const [parameters, data] of [[NaN, 1], [Infinity, 1], [-Infinity, 1], [-5, 1], [0, 1], [5e-324, 1], [1e308, 1e308], ['', 1], ['\u0000', 1], ['9'.repeat(100_000), 1], ['\ud800', 1], [{ low: NaN, high: NaN }, 1], [{ low: 2, high: 1 }, 1], [true, 1]]) {
    const estimate = module.estimate(phase({ parameters, data }));
    assert.ok(estimate.problems.length > 0 || estimate.flop === null || Number.isFinite(estimate.flop.value), String(parameters));
    if (estimate.flop) assert.ok(Number.isFinite(estimate.flop.value) && estimate.flop.value > 0, String(parameters));
    for (const problem of estimate.problems) assert.match(problem.field, /^(phases\[\d+\](\.\w+)*|\w*)$/, String(parameters));
  }
  // A BigInt that is a count like any other.
  assert.equal(module.estimate(phase({ parameters: 70_000_000_000n, data: 2_000_000_000_000n })).flop.value, 6 * 70e9 * 2e12);
  // Absent, undefined and null are one.
  assert.deepEqual(module.estimate(phase({ parameters: null, data: undefined })), module.estimate(phase({})));
});

test('huge arrays are bounded', () => {
  const estimate = module.estimate({ phases: Array.from({ length: 100_000 }, () => ({ counting: { parameters: 1e9, data: 1e9 } })) });
  assert.ok(estimate.phases.length < 100, `${estimate.phases.length} phases`);
  assert.ok(estimate.problems.some(({ message }) => /phase/.test(message)), 'phases left out are told');
  assert.equal(module.estimateMany(Array.from({ length: 20_000 }, () => 'params=1e9&data=1e9')).length, 20_000);
  assert.ok(Array.isArray(module.readPassage('7B '.repeat(200_000))));
});

test('text of the wrong type is a TypeError that names the parameter', () => {
  const batch = new module.Batch();
  for (const wrong of [undefined, null, 5, {}, [], true, 5n, Symbol('text'), () => 'text']) {
    assert.match(thrown(() => module.parse('count', wrong)) ?? 'nothing thrown', /^text: /);
    assert.match(thrown(() => module.parse(wrong, '5')) ?? 'nothing thrown', /^kind: /);
    assert.match(thrown(() => module.decodeLink(wrong)) ?? 'nothing thrown', /^query: /);
    assert.match(thrown(() => module.readPassage(wrong)) ?? 'nothing thrown', /^text: /);
    assert.match(thrown(() => module.openRecord(wrong)) ?? 'nothing thrown', /^text: /);
    assert.match(thrown(() => module.cite(wrong, '', '')) ?? 'nothing thrown', /^query: /);
    assert.match(thrown(() => batch.push(wrong)) ?? 'nothing thrown', /^chunk: /);
    if (!Array.isArray(wrong)) assert.match(thrown(() => module.estimateMany(wrong)) ?? 'nothing thrown', /^requests: /);
  }
  batch.free();
  assert.match(thrown(() => module.parse('parameters', '5')), /^kind: .*“parameters”/);
});
