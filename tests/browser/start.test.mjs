// How the page starts, and what a reader sees where it cannot: public/boot.js, index.html.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { BASE, dist, host, newContext, open, waitForResult, whenReady } from './harness.mjs';

const name = (page, address) => decodeURIComponent(new URL(address).pathname.slice(BASE.length)) || 'index.html';

test('the first visit answers within 90 kB, and fetches 160 kB in all', async () => {
  const page = await open();
  const weight = (list) => list.reduce((sum, { bytes }) =>
    sum + brotliCompressSync(bytes ?? Buffer.alloc(0), { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length, 0);
  await page.waitForTimeout(1500);
  // What follows is told by name: on a busy machine it is here before the test has looked.
  const ready = weight(page.responses.filter(({ url }) => !name(page, url).startsWith('rest-')));
  assert.ok(ready > 30e3 && ready <= 90e3, `${ready} bytes by Brotli 11 until it answers`);
  const fetched = page.responses.map(({ url, status }) => `${status} ${name(page, url).replace(/-[0-9a-f]{16}/, '-HASH')}`).sort();
  const known = ['200 boot-HASH.js', '200 catalog-HASH.txt', '200 icon.svg', '200 index.html', '200 manifest.webmanifest', '200 page-HASH.js', '200 page-HASH_bg.wasm', '200 rest-HASH.css', '200 rest-HASH.wasm', '200 style-HASH.css'];
  assert.deepEqual(fetched.filter((file) => !known.includes(file)), []);
  const all = weight(page.responses);
  assert.ok(all > ready && all <= 160e3, `${all} bytes by Brotli 11`);
  await page.done();
});

test('what a first visit does without comes later, or at once when it is needed before', async () => {
  // The rest is held back: typing a number asks for nothing of it, a text that is no number does.
  const page = await open({ query: '', ready: false });
  await page.route('**/rest-*.wasm', async (route) => {
    await new Promise((done) => setTimeout(done, 1500));
    await route.continue();
  });
  await page.reload();
  await page.waitForSelector('html[data-ready]');
  const asked = () => page.requests.filter((address) => /^rest-.*\.wasm$/.test(name(page, address))).length;
  const before = asked();
  await page.fill('[name=params]', '70B');
  await waitForResult(page, 6 * 70e9 * 300e9);
  assert.ok(asked() - before <= 1, 'only what comes by itself');
  await page.fill('[name=params]', 'seventy');
  await page.waitForSelector('[name=params][aria-invalid=true]');
  assert.equal(await page.getAttribute('html', 'data-failed'), null);
  await page.done();
});

test('each place is loaded by its address, by the other program', async () => {
  for (const place of ['count', 'batch', 'examples', 'hardware', 'models', 'method']) {
    const page = await open(`?page=${place}`);
    const files = page.requests.map((address) => name(page, address));
    assert.ok(files.some((file) => file.startsWith('places-')), place);
    assert.ok(!files.some((file) => file.startsWith('page-')), place);
    assert.equal(await page.getAttribute('html', 'data-page'), place);
    await page.done();
  }
  const page = await open('?page=nowhere');
  assert.ok(page.requests.some((address) => name(page, address).startsWith('page-')), 'an unknown place is the calculator');
  await page.done();
});

test('the theme of a link is there before the first paint', async () => {
  for (const theme of ['light', 'dark']) {
    const page = await open({ query: `?theme=${theme}`, ready: false });
    assert.equal(await page.getAttribute('html', 'data-theme'), theme);
    await page.done();
  }
});

test('a page whose program is missing says so, and shows the rest', async () => {
  for (const missing of ['page', 'places']) {
    const at = await host({ change: (file, bytes) => (file.startsWith(`${missing}-`) && file.endsWith('.wasm') ? undefined : bytes) });
    const page = await open({ host: at, query: missing === 'places' ? '?page=hardware' : '', ready: false, expect: [/404/] });
    await page.waitForSelector('html[data-failed="load"]');
    assert.equal(await page.locator('.failed').first().isVisible(), true, missing);
    await page.done();
    await at.close();
  }
});

test('a page whose program is damaged says so', async () => {
  const at = await host({ change: (file, bytes) => (/^page-.*\.wasm$/.test(file) ? bytes.subarray(0, 1000) : bytes) });
  const page = await open({ host: at, ready: false, expect: [/WebAssembly/, /CompileError/] });
  await page.waitForSelector('html[data-failed="load"]');
  assert.equal(await page.locator('.failed').first().isVisible(), true);
  await page.done();
  await at.close();
});

test('without scripts the page can be read', async () => {
  const page = await open({ javaScriptEnabled: false, ready: false });
  assert.match(await page.locator('h1').first().innerText(), /\w/);
  assert.ok((await page.locator('body').innerText()).length > 200);
  await page.done();
});

test('dangerous markup and foreign scripts are refused in the page itself', async () => {
  const page = await open({ expect: [/TrustedHTML|TrustedScript|Trusted Type|Content Security Policy|violates the following/] });
  const refused = await page.evaluate(() => {
    const tries = {
      handler: () => { document.createElement('div').innerHTML = '<img src=x onerror=alert(1)>'; },
      script: () => { document.createElement('div').innerHTML = '<script>alert(1)</scr' + 'ipt>'; },
      frame: () => { document.createElement('div').innerHTML = '<iframe srcdoc="x"></iframe>'; },
      foreign: () => { document.createElement('script').src = 'https://example.org/x.js'; },
      outside: () => { document.createElement('script').src = '/x.js'; },
      data: () => { document.createElement('script').src = 'data:text/javascript,alert(1)'; },
      code: () => { setTimeout('alert(1)'); },
    };
    return Object.entries(tries).filter(([, attempt]) => {
      try { attempt(); return true; } catch { return false; }
    }).map(([which]) => which);
  });
  assert.deepEqual(refused, [], 'these went through');
  const plain = await page.evaluate(() => { const p = document.createElement('p'); p.innerHTML = '<b>one = two</b>'; return p.textContent; });
  assert.equal(plain, 'one = two');
  await page.done();
});

test('index.html asks for nothing that a sandboxed frame cannot have, and every file it names is there', () => {
  const html = readFileSync(path.join(dist, 'index.html'), 'utf8');
  assert.doesNotMatch(html, /\sintegrity=|modulepreload|rel="?preload|type="?module/);
  const named = [...html.matchAll(/\b(?:src|href|data-[a-z]+-(?:js|wasm)|data-catalog)=("[^"]*"|[^\s>]+)/g)].map(([, value]) => value.replaceAll('"', ''));
  const files = named.filter((value) => !/^(#|\?|https?:|\.\/$|\.\/\?)/.test(value));
  assert.ok(files.length >= 8, `only ${files.length}`);
  for (const file of files) assert.ok(existsSync(path.join(dist, file)), file);
});

const frame = (sandbox) => `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>host</title>
  <iframe title="embed" ${sandbox} width="600" height="420" src="${BASE}?embed=1&params=175000000000&data=300000000000&theme=dark"></iframe>`;

test('the embed works in a sandbox without an origin, and outside one', async () => {
  for (const sandbox of ['sandbox="allow-scripts"', '']) {
    const at = await host({ pages: { '/host.html': frame(sandbox) } });
    const page = await open({ host: at, url: at.origin + '/host.html', ready: false });
    const inner = page.frames()[1];
    await inner.waitForSelector('html[data-ready][data-embed]');
    await inner.waitForFunction(() => Math.abs(Number(document.querySelector('#result').dataset.flop) / 3.15e23 - 1) < 1e-12);
    assert.equal(await inner.getAttribute('html', 'data-theme'), 'dark');
    const files = page.requests.filter((address) => address.startsWith(at.url)).map((address) => name(page, address).replace(/-[0-9a-f]{16}/, '-HASH')).sort();
    assert.deepEqual(files, ['boot-HASH.js', 'embed-HASH.js', 'index.html', 'rest-HASH.css', 'style-HASH.css']);
    await page.done();
    await at.close();
  }
});

test('after a visit the page works without a network, at any address of it', async () => {
  const at = await host();
  const context = await newContext({ serviceWorkers: 'allow' });
  const page = await open({ context, host: at });
  // What happens when somebody stays or puts the page aside.
  await page.evaluate(() => dispatchEvent(new Event('visibilitychange')));
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
  await page.done();
  await at.close();
  for (const query of ['', '?params=1000000000&data=2000000000', '?page=hardware', 'index.html?params=1']) {
    const offline = await open({ context, host: at, query });
    assert.ok(await offline.locator('h1').first().isVisible(), query);
    await offline.done();
  }
  // The embed and the tools as well.
  const embed = await open({ context, host: at, query: '?embed=1&params=175B&data=300B+tokens' });
  await waitForResult(embed, 3.15e23);
  await embed.done();
  const cite = await open({ context, host: at, query: '?params=175B&data=300B+tokens' });
  await cite.click('[data-tool=cite]');
  await cite.waitForSelector('#cite-file');
  await cite.done();
  await context.close();
});

test('an update leaves an open page alone and serves the next visit', async () => {
  let version = 1;
  const change = (file, bytes) => {
    if (version === 1 || bytes === undefined) return bytes;
    if (file === 'sw.js') return bytes.toString().replace(/(?<!-)\b[0-9a-f]{16}\b/, 'another');
    return file === 'index.html' ? bytes.toString().replace('<title>', '<title>Another: ') : bytes;
  };
  const at = await host({ change });
  const context = await newContext({ serviceWorkers: 'allow' });
  const title = async (page) => (await page.title()).startsWith('Another: ');
  const page = await open({ context, host: at });
  await page.evaluate(() => dispatchEvent(new Event('visibilitychange')));
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === 'activated');
  version = 2;
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update();
  });
  await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration()).waiting);
  await page.reload();
  await whenReady(page);
  assert.equal(await title(page), false, 'an open page keeps its version');
  await page.done();
  // The waiting version takes over when no page of the old one is left.
  for (let tries = 0; ; tries += 1) {
    const next = await open({ context, host: at });
    const updated = await title(next);
    await next.done();
    if (updated) break;
    assert.ok(tries < 10, 'the update never came');
    await new Promise((done) => setTimeout(done, 200));
  }
  await context.close();
  await at.close();
});
