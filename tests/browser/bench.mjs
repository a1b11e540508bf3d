// `cargo xtask bench`: keystroke to layout, counts of configs, and the first visit. Prints; fails on no time.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { close, open, plainHost, root } from './harness.mjs';

/** Types 300 numbers into `params`; the time of each until layout is done, in milliseconds, sorted. Runs in the page. */
const keystrokes = async () => {
  const field = document.querySelector('[name=params]');
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set;
  const settled = () => new Promise((done) => {
    // After the tasks and microtasks that the event has set off.
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });
  const times = [];
  for (let i = 0; i < 300; i += 1) {
    await new Promise((done) => setTimeout(done, 5));
    const from = performance.now();
    set.call(field, `${100 + i}B`);
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    await settled();
    document.body.getBoundingClientRect();
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b);
};
const at = (times, share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(2);
const throttle = async (page, rate) => {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
  return session;
};

console.log('\nKeystroke to layout, 300 keystrokes (aim: p95 under 8 ms; slowed 4 times: under 32 ms)');
for (const rate of [1, 4]) {
  const page = await open('?params=175B&data=300B+tokens&hw=a100&chips=1024&time=34+days&util=30..50%25');
  const session = await throttle(page, rate);
  await session.send('Performance.enable');
  const read = async () => Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value * 1000]));
  const before = await read();
  const times = await page.evaluate(keystrokes);
  const after = await read();
  const spent = ['ScriptDuration', 'RecalcStyleDuration', 'LayoutDuration'].map((name) => ((after[name] - before[name]) / times.length).toFixed(2));
  const other = await page.context().newPage();
  await throttle(other, rate);
  await other.setContent('<input name=params><p id=result>');
  await other.evaluate(() => {
    document.querySelector('input').oninput = (event) => { document.querySelector('#result').textContent = (6 * parseFloat(event.target.value) * 3e20).toExponential(1); };
  });
  const plain = await other.evaluate(keystrokes);
  console.log(`  slowed ${rate} x: p50 ${at(times, 0.5)} ms, p95 ${at(times, 0.95)} ms, worst ${at(times, 1)} ms; script ${spent[0]}, style ${spent[1]}, layout ${spent[2]} ms each`);
  console.log(`              one line of script on an empty page, for comparison: p50 ${at(plain, 0.5)} ms, p95 ${at(plain, 0.95)} ms`);
  await page.done();
}

console.log('\nA config counted by the module in the browser (aim: under 5 ms)');
{
  const data = (name) => readFileSync(path.join(root, 'crates/config/tests/data', name), 'utf8').trim().split('\n');
  const configs = data('truth.jsonl').map((line) => JSON.parse(line)).map(({ name, config, class: model }) => [name, JSON.stringify(config), model]);
  const page = await open('?page=count');
  const measured = await page.evaluate(async (rows) => {
    const module = await import(new URL('training-compute.js', document.baseURI));
    await module.default();
    // A clock in a browser ticks in tenths of a millisecond: ten counts at a time. The first count of all is told apart.
    const time = (runs, text, model) => {
      const from = performance.now();
      for (let run = 0; run < runs; run += 1) module.count(text, { sequenceLength: 512, class: model });
      return (performance.now() - from) / runs;
    };
    const first = time(1, rows[0][1], rows[0][2]);
    return { first, times: rows.map(([name, text, model]) => [name, time(10, text, model)]) };
  }, configs);
  const sorted = measured.times.map(([, ms]) => ms).sort((a, b) => a - b);
  const [slowest, worst] = measured.times.reduce((most, one) => (one[1] > most[1] ? one : most));
  console.log(`  ${sorted.length} configs: p50 ${at(sorted, 0.5)} ms, p95 ${at(sorted, 0.95)} ms, worst ${worst.toFixed(2)} ms (${slowest}); the first of all ${measured.first.toFixed(2)} ms`);
  const own = new Map(measured.times);
  const ratios = data('python_counters.csv').slice(1).map((line) => line.split(','))
    .flatMap(([name, tool, , seconds]) => (own.has(name) ? [[(Number(seconds) * 1e3) / own.get(name), tool, name]] : []))
    .sort((a, b) => a[0] - b[0]);
  const [least, middle, most] = [0, Math.floor(ratios.length / 2), ratios.length - 1].map((index) => ratios[index]);
  const say = ([ratio, tool, name]) => `${Math.round(ratio)} (${tool} on ${name})`;
  console.log(`  Python counters took ${Math.round(middle[0])} times as long in the median of ${ratios.length} runs; least ${say(least)}, most ${say(most)}`);
  await page.done();
}

console.log('\nFirst visit, as a browser fetches it (Brotli 11)');
const small = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;
const page = await open();
const ready = page.responses.length;
const started = await page.evaluate(() => Math.round(performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd));
await page.waitForTimeout(1500);
let sum = 0;
for (const [index, { url, bytes }] of page.responses.entries()) {
  const size = small(bytes ?? Buffer.alloc(0));
  sum += size;
  console.log(`  ${String(size).padStart(7)}  ${url.slice((await plainHost()).url.length) || 'index.html'}${index < ready ? '' : '  (after it answered)'}`);
}
console.log(`  ${String(sum).padStart(7)}  in all; the document was read ${started} ms after the start`);
await page.done();
await close();
