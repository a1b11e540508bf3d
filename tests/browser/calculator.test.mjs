// The calculator as a reader uses it: keyboard alone, switches that convert, phases, undo and "back", what is copied, errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertFits, host, newContext, open, result, type, waitForResult } from './harness.mjs';

const BOTH = '?name=Llama+3.1+405B&params=405B&data=15.6T+tokens&hw=H100+SXM&chip_hours=30.84M+GPU+hours&util=30%25+to+45%25';
const hardware = (page) => result(page, '#hardware-result');
const value = (page, key) => page.inputValue(`[name="${key}"]`);
const focused = (page) => page.evaluate(() => document.activeElement.name);
const settled = (page) => page.waitForTimeout(400);
const close = (a, b) => assert.ok(Math.abs(a / b - 1) < 1e-9, `${a} against ${b}`);

test('nothing moves when the static page comes alive', async () => {
  const parts = ['h1', '#name', '#params', '.formula', '#hw', '#util', '#format', '.add', '.result', '#result', '.methods', '#agreement', '.strip', '.near', '#share'];
  for (const viewport of [{ width: 1280, height: 800 }, { width: 768, height: 900 }, { width: 360, height: 740 }]) {
    let release;
    const released = new Promise((done) => { release = done; });
    const at = await host();
    const context = await newContext({ viewport });
    await context.route('**/*.wasm', async (route) => { await released; await route.continue(); });
    const page = await open({ host: at, context, ready: false });
    const boxes = () => page.evaluate((all) => all.map((part) => {
      const { x, y, width, height } = document.querySelector(part).getBoundingClientRect();
      return [part, ...[x, y, width, height].map((number) => Math.round(number))].join(' ');
    }), parts);
    const before = await boxes();
    const words = () => page.locator('.label, .hint, .echo, .formula, .of, .words, .methods, .verdict, .caption').allTextContents();
    const said = await words();
    release();
    await page.waitForSelector('html[data-ready]');
    await settled(page);
    assert.deepEqual(await boxes(), before, `${viewport.width} px`);
    assert.deepEqual(await words(), said, 'tests/browser/shell.mjs writes the static page anew');
    await page.done();
    await context.close();
    await at.close();
  }
});

test('what was typed before the program came is kept, and the focus with it', async () => {
  let release;
  const released = new Promise((done) => { release = done; });
  const context = await newContext();
  await context.route('**/*.wasm', async (route) => { await released; await route.continue(); });
  const page = await open({ context, ready: false });
  await page.fill('[name=params]', '13B');
  release();
  await page.waitForSelector('html[data-ready]');
  await waitForResult(page, 2.34e22);
  assert.equal(await value(page, 'params'), '13B');
  assert.equal(await focused(page), 'params');
  await page.done();
  await context.close();
});

test('a model is typed in with the keyboard alone, and its link gives the same number', async () => {
  const context = await newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await open({ context });
  await page.focus('.bar [data-do=clear]');
  await page.keyboard.press('Enter');
  await settled(page);
  assert.equal(await focused(page), 'params');
  assert.ok(Number.isNaN(await result(page)));
  await page.keyboard.type('405B');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('15.6T tokens');
  await waitForResult(page, 3.7908e25);
  await page.focus('[name=hw]');
  await page.keyboard.type('h100 sxm');
  await page.keyboard.press('ArrowDown');
  const active = await page.getAttribute('[name=hw]', 'aria-activedescendant');
  assert.equal(await page.getAttribute(`#${active}`, 'aria-selected'), 'true');
  await page.keyboard.press('Enter');
  await settled(page);
  assert.match(await value(page, 'hw'), /^H100/);
  assert.equal(await page.getAttribute('[name=hw]', 'aria-expanded'), 'false');
  await page.focus('#share');
  await page.keyboard.press('Enter');
  await settled(page);
  const link = await page.inputValue('#share-text');
  assert.match(link, /tables=\d{4}-\d\d-\d\d/);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
  assert.match(await page.title(), /10²⁵/);
  const other = await open({ context, url: link });
  await waitForResult(other, 3.7908e25);
  await other.done();
  await page.done();
  await context.close();
});

test('copying the headline gives a number that every tool reads', async () => {
  const context = await newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await open({ context, query: BOTH });
  await page.evaluate(() => {
    const range = document.createRange();
    range.selectNodeContents(document.querySelector('#result'));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    document.execCommand('copy');
  });
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '3.8e25');
  await page.done();
  await context.close();
});

test('chips and time, and chip-hours, convert into each other', async () => {
  const page = await open('?params=70B&data=15T&hw=H100+SXM&chips=16000&time=54+days');
  const before = await hardware(page);
  await page.check('[name=way][value=chip_hours]');
  await settled(page);
  close(await hardware(page), before);
  await page.check('[name=way][value=chips]');
  await settled(page);
  assert.equal(await value(page, 'chips'), '16000');
  close(await hardware(page), before);
  await page.done();
});

test('another basis puts a more direct text aside, and brings it back', async () => {
  const page = await open('?params=70B&data=15T&flop=6.4e24');
  await waitForResult(page, 6.4e24);
  await page.check('[name=basis][value=params]');
  await waitForResult(page, 6.3e24);
  await page.check('[name=basis][value=flop]');
  await waitForResult(page, 6.4e24);
  await page.done();
});

test('phases are added, moved and removed, and a removal is undone', async () => {
  const page = await open('?params=70B&data=15T');
  await page.click('[data-do=add-phase]');
  await type(page, 'params.2', '70B');
  await type(page, 'data.2', '100B');
  await waitForResult(page, 6.3e24 + 4.2e22);
  await page.click('[data-do=up][value="1"]');
  await settled(page);
  assert.equal(await value(page, 'data'), '100B');
  await page.click('[data-do=remove-phase][value="0"]');
  await waitForResult(page, 6.3e24);
  await page.click('[data-do=undo]');
  await waitForResult(page, 6.3e24 + 4.2e22);
  await page.done();
});

test('"back" takes a clearing and a start from an example back', async () => {
  const page = await open(BOTH);
  await page.click('.question [data-do=clear]');
  await settled(page);
  assert.ok(Number.isNaN(await result(page)));
  await page.goBack();
  await waitForResult(page, 3.7908e25);
  await page.click('#example');
  await page.fill('#example', 'alexnet');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await settled(page);
  assert.match(await value(page, 'name'), /^AlexNet/);
  await page.goBack();
  await waitForResult(page, 3.7908e25);
  await page.done();
});

test('a field in error says so at a pause, keeps the last result, and is mended by a button', async () => {
  const page = await open('?name=Planned+run&hw=H100+SXM&chips=8000&time=54+days&util=35%25');
  const before = await result(page);
  await type(page, 'time', '54');
  assert.equal(await page.getAttribute('#result', 'data-state'), 'stale');
  assert.equal(await result(page), before);
  assert.equal(await page.locator('.bad').count(), 0, 'no message while one types');
  await page.waitForSelector('.bad [data-do=write]');
  assert.equal(await page.getAttribute('[name=time]', 'aria-invalid'), 'true');
  const described = (await page.getAttribute('[name=time]', 'aria-describedby')).split(' ');
  assert.match(await page.textContent(`#${described.at(-1)}`), /“54” has no unit/);
  assert.match(await page.textContent('.stale-note'), /From before the change to training time/);
  await page.click('.bad [data-do=write] >> nth=0');
  await settled(page);
  assert.equal(await value(page, 'time'), '54 days');
  assert.equal(await page.getAttribute('#result', 'data-state'), 'ok');
  await page.done();
});

test('an impossible pair names its causes, each a way to its field', async () => {
  const page = await open('?params=70B&data=15T&hw=h100&chips=100&time=1+day');
  assert.equal(await page.getAttribute('#agreement', 'data-verdict'), 'impossible');
  assert.ok((await page.locator('.causes li').count()) >= 3);
  await page.click('.causes [data-do=focus] >> nth=0');
  await settled(page);
  assert.ok(['active', 'chips', 'time', 'data', 'format'].includes(await focused(page)));
  await page.done();
});

test('the embed takes typing and links to the same numbers', async () => {
  const page = await open({ query: '?embed=1&params=175B&data=300B', viewport: { width: 600, height: 420 } });
  await type(page, 'params', '70B');
  await waitForResult(page, 1.26e23);
  assert.match(await page.getAttribute('.embed a', 'href'), /[?&]params=70B/);
  await page.done();
});

test('every state of the calculator is accessible and fits its window', async () => {
  const states = [
    ['error', '?params=abc&time=54&hw=a100', async () => {}],
    ['list open', BOTH, async (page) => { await page.fill('[name=hw]', 'a100'); await page.keyboard.press('ArrowDown'); }],
    ['explanation and folds open', BOTH, async (page) => { await page.click('[data-do=explain] >> nth=1'); await page.click('[data-do=more-counting]'); await page.click('[data-do=more-hardware]'); }],
    ['phases', BOTH, async (page) => { await page.click('[data-do=add-phase]'); }],
    ['share, empty', '?example=none', async (page) => { await page.click('#share'); }],
    ['rules', BOTH, async (page) => { await page.click('[data-do=thresholds]'); }],
  ];
  for (const [title, query, arrange] of states) {
    for (const [width, colorScheme] of [[1280, 'light'], [360, 'dark']]) {
      const page = await open({ query, colorScheme, viewport: { width, height: 800 } });
      await arrange(page);
      await settled(page);
      await assertAccessible(page, `${title}, ${width} px`);
      await assertFits(page, `${title}, ${width} px`);
      await page.done();
    }
  }
});

test('what stays while a field is in error is from before the typing began, not from a text on the way', async () => {
  const page = await open('?params=405B&data=15.6T');
  const before = await result(page);
  // 4 reads well on the way; what is shown as last good is not four parameters.
  await type(page, 'params', '4o5B');
  await page.waitForSelector('.result.stale');
  assert.equal(await result(page), before);
  assert.match(await page.textContent('.stale-note'), /From before the change to parameters/);
  // A text that stood through a pause is a result of its own.
  await type(page, 'params', '70B');
  await waitForResult(page, 6 * 70e9 * 15.6e12);
  await page.waitForTimeout(1000);
  await page.keyboard.type('x');
  await page.waitForSelector('.result.stale');
  assert.equal(await result(page), 6 * 70e9 * 15.6e12);
  await page.done();
});

test('on a narrow screen the result stands under the form and covers nothing, however high the screen', async () => {
  const page = await open({ query: '?params=405B&data=15.6T&hw=h100&chips=16384&time=54+days', viewport: { width: 360, height: 840 } });
  await page.waitForSelector('#steps');
  await page.locator('#steps').scrollIntoViewIfNeeded();
  const [above, below] = await page.evaluate(() => ['.aside', '.after'].map((part) => document.querySelector(part).getBoundingClientRect())
    .map(({ top, bottom }) => ({ top, bottom })));
  assert.ok(above.bottom <= below.top, `${above.bottom} over ${below.top}`);
  await page.click('#share');
  await page.waitForSelector('#share-text');
  await page.done();
});

test('what is typed and gives way to a more direct field is shown, and can be emptied', async () => {
  const page = await open('?flop=3.1e23&params=175B&data=300B+tokens&hw=H100&chip_hours=100&chips=4&time=1+day');
  const unused = () => page.$$eval('.unused', (lines) => lines.map((line) => line.textContent));
  assert.deepEqual(await unused(), [
    'Parameters “175B”: not used: known FLOP is more direct. Empty it',
    'Training data “300B tokens”: not used: known FLOP is more direct. Empty it',
    'Chips “4”: not used here. Empty it',
    'Training time “1 day”: not used: chip-hours are more direct. Empty it',
  ]);
  await page.locator('.unused button').nth(1).click();
  await page.waitForFunction(() => document.querySelectorAll('.unused').length === 3);
  await page.waitForFunction(() => !location.search.includes('data='));
  await waitForResult(page, 3.1e23);
  await assertAccessible(page);
  await page.done();
});

test('the steps are the list of that id, though a field is called so', async () => {
  const page = await open('?params=7B&batch=4M+tokens&steps=1000');
  await page.waitForSelector('#steps li[data-step=forward]');
  assert.equal(await page.$eval('#steps', (list) => list.tagName), 'OL');
  assert.equal(await page.locator('[id=steps]').count(), 1);
  await page.getByLabel('Steps', { exact: true }).fill('2000');
  await waitForResult(page, 6 * 7e9 * 4e6 * 2000);
  // The formula's factor goes to its field.
  await page.click('.formula .factor:has-text("2000")');
  await page.waitForFunction(() => document.activeElement.name === 'steps');
  await page.done();
});

test('an old number of one method says that it is from before the change', async () => {
  const page = await open('?params=70B&data=15T&hw=h100&chips=16000&time=54+days');
  await type(page, 'time', '54');
  await page.focus('[name=params]');
  await page.waitForSelector('tr.stale #hardware-result');
  assert.match(await page.textContent('tr.stale'), /before the change/);
  assert.equal(await page.locator('.strip .m2.stale').count(), 1);
  assert.equal(await page.locator('.strip .m1.stale').count(), 0);
  await page.done();
});

test('a focus that comes late takes nothing from what is typed', async () => {
  const page = await open('?example=none');
  // As in a browser that lets keys go before timers.
  await page.evaluate(() => {
    const soon = setTimeout;
    window.setTimeout = (then, wait, ...rest) => soon(then, wait || 300, ...rest);
  });
  await page.click('[data-do=mixture]');
  await page.focus('[name=data]');
  await page.keyboard.type('14.8T', { delay: 100 });
  assert.equal(await value(page, 'data'), '14.8T');
  assert.equal(await value(page, 'active'), '');
  // Where nobody went elsewhere, it comes.
  await page.click('[data-do=mixture]');
  await page.click('[data-do=mixture]');
  await page.waitForFunction(() => document.activeElement.name === 'active');
  await page.done();
});
