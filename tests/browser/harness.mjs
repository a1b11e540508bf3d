// What every browser test stands on: dist/ served below a sub-path as a plain static host would, a Chromium, and a page object
// that hears everything the page says. `cargo xtask test browser` sets the environment.
//
//   import { test } from 'node:test';
//   import { open, result } from './harness.mjs';
//   test('what a reader sees', async () => {
//     await using page = await open('?params=175B&data=300B');      // or: await open({ query, colorScheme, viewport, … })
//     …
//   });                                                             // closing a page fails it if it was not silent
//
// Every page that is opened must stay silent: no console error or warning, no uncaught error, no request to another origin.
// A test that provokes one says so: open({ …, expect: [/part of the message/] }).
import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const npm = process.env.TRAINING_COMPUTE_NPM;
if (!npm) throw new Error('run the browser tests with: cargo xtask test browser [part of a name]');
const require = createRequire(path.join(npm, 'x.js'));
const { chromium } = require('playwright-core');
export const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const dist = path.join(root, 'dist');

// --- The host -------------------------------------------------------------------------------------------------------------

const KINDS = {
  css: 'text/css', csv: 'text/csv', html: 'text/html; charset=utf-8', js: 'text/javascript', json: 'application/json',
  mjs: 'text/javascript', svg: 'image/svg+xml', ts: 'text/plain', txt: 'text/plain; charset=utf-8', wasm: 'application/wasm',
  webmanifest: 'application/manifest+json',
};
/** Closed at the end, so that a failed test does not keep the others waiting. */
const openHosts = new Set();
/** Below which path the page is served: it must work in any. */
export const BASE = '/sub/path/';

/**
 * A plain static host: no CORS headers, no policy headers.
 * `pages` adds pages at other paths, as text of HTML; `change(name, bytes)` may replace a file of dist/ (undefined: 404).
 */
export async function host({ pages = {}, change = (name, bytes) => bytes } = {}) {
  const seen = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://host');
    const send = (kind, body) => response.setHeader('content-type', kind).end(body);
    seen.push(url.pathname + url.search);
    if (Object.hasOwn(pages, url.pathname)) return send(KINDS.html, pages[url.pathname]);
    if (!url.pathname.startsWith(BASE)) return response.writeHead(404).end();
    const name = decodeURIComponent(url.pathname.slice(BASE.length)) || 'index.html';
    const file = path.join(dist, name);
    const inside = file.startsWith(dist + path.sep) && existsSync(file) && statSync(file).isFile();
    const body = change(name, inside ? readFileSync(file) : undefined);
    if (body === undefined) return response.writeHead(404).end();
    send(KINDS[name.split('.').pop()] ?? 'application/octet-stream', body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const close = () => new Promise((done) => { server.close(done); server.closeAllConnections(); });
  openHosts.add(close);
  return {
    origin,
    /** The page's address. */
    url: origin + BASE,
    /** Paths that were asked for, in order. */
    seen,
    close,
  };
}

let sharedHost;
/** The host that tests share which change nothing about it. */
export const plainHost = () => (sharedHost ??= host());

// --- The browser ----------------------------------------------------------------------------------------------------------

let sharedBrowser;
/** One Chromium for a whole test file. */
export function browser() {
  const libraries = process.env.TRAINING_COMPUTE_CHROMIUM_LIBRARIES;
  const env = { ...process.env };
  if (libraries) {
    env.LD_LIBRARY_PATH = [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
    if (!existsSync('/etc/fonts/fonts.conf')) env.FONTCONFIG_FILE = path.join(libraries, '../fonts/fonts.conf');
  }
  return (sharedBrowser ??= chromium.launch({
    executablePath: process.env.TRAINING_COMPUTE_CHROMIUM,
    // No sandbox, so that it starts as root and in containers; it opens only pages of ours. The rest keeps it off the network.
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
    env,
  }));
}

/** Closes the browser and the hosts; after tests this happens by itself. */
export async function close() {
  await (await sharedBrowser)?.close();
  for (const close of openHosts) await close();
}
if (process.argv[1].endsWith('.test.mjs')) after(close);

// --- A page ---------------------------------------------------------------------------------------------------------------

/**
 * Opens the page and waits until it answers. Options, all with defaults: `query` ("?…"), `host`, `url` (instead of both),
 * `context` (to share storage with another page), `ready` (false: do not wait), `expect` (messages that may come), and those
 * of a Playwright context: `colorScheme`, `viewport`, `serviceWorkers` ("block"), `permissions`, `javaScriptEnabled`, ….
 *
 * Returns Playwright's page, with `said` (what it complained of), `requests` (addresses) and `responses` ({url, status, bytes}).
 */
export async function open(options = {}) {
  const { query = '', host: at, url, context, ready = true, expect = [], ...rest } = typeof options === 'string' ? { query: options } : options;
  const from = at ?? (await plainHost());
  const own = context ?? (await newContext(rest));
  const page = await own.newPage();
  page.setDefaultTimeout(15000);
  page.said = [];
  page.requests = [];
  page.responses = [];
  // Playwright's own word for serviceWorkers: 'block', and its stumbling over a sandboxed frame while it blocks them.
  const ownNoise = /registration blocked by Playwright|Service worker is disabled because the context is sandboxed/;
  const heard = (text) => { if (!ownNoise.test(text)) page.said.push(text); };
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && heard(message.text()));
  page.on('pageerror', (error) => heard(String(error)));
  page.on('request', (request) => page.requests.push(request.url()));
  page.on('response', async (response) => {
    const entry = { url: response.url(), status: response.status() };
    page.responses.push(entry);
    entry.bytes = await response.body().catch(() => undefined);
  });
  /** Fails unless the page has been silent. */
  page.assertSilent = () => {
    assert.deepEqual(page.said.filter((text) => !expect.some((known) => known.test(text))), [], 'the page said something in the console');
    const foreign = page.requests.filter((address) => !address.startsWith(from.origin + '/') && !/^(data|blob):/.test(address));
    assert.deepEqual(foreign, [], 'the page asked another origin');
  };
  page[Symbol.asyncDispose] = page.done = async () => {
    try {
      page.assertSilent();
    } finally {
      await (context ? page.close() : own.close());
    }
  };
  await page.goto(url ?? from.url + query, { waitUntil: 'load' });
  if (ready) await whenReady(page);
  return page;
}

/** A context as `open` makes it, for pages that share their storage. */
export async function newContext(options = {}) {
  return (await browser()).newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: 'block', ...options });
}

export async function whenReady(page) {
  await page.waitForSelector('html[data-ready]', { timeout: 15000 }).catch(() => {
    throw new Error(`the page did not become ready within 15 s: ${page.url()}; it said: ${page.said.join('; ') || 'nothing'}`);
  });
}

// --- What a reader does and sees: only by the permanent hooks --------------------------------------------------------------

/** Types into a field by keyboard, as a person would, in place of what stands there. */
export async function type(page, key, text) {
  await page.focus(`[name="${key}"]`);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('Delete');
  await page.keyboard.type(text);
}

/** The headline, in FLOP; NaN when there is none. */
export const result = async (page, selector = '#result') => {
  const text = await page.getAttribute(selector, 'data-flop');
  return text ? Number(text) : NaN;
};

/** Waits until the headline is this number, to 12 digits. */
export async function waitForResult(page, flop) {
  await page.waitForFunction((wanted) => {
    const text = document.querySelector('#result')?.dataset.flop;
    return Boolean(text) && Math.abs(Number(text) / wanted - 1) < 1e-12;
  }, flop).catch(async () => assert.equal(await result(page), flop));
}

/** Runs axe over the page and fails with one line a violation. */
export async function assertAccessible(page, title = page.url()) {
  // Evaluated by the debugger's protocol: the page's policy, which forbids scripts from elsewhere, stays in force.
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await globalThis.axe.run({ runOnly: tags });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.length} x ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary.replace(/\s+/g, ' ').slice(0, 200)}`);
  });
  assert.deepEqual(violations, [], title);
}

/** Fails if the page must be scrolled sideways. */
export async function assertFits(page, title = page.url()) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 0, `${title} is ${over} px wider than the window`);
}
