// The places that show tables and text: hardware, models, examples, method. Keyboard, filter, order, links, chart, anchors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, open, result, waitForResult, whenReady } from './harness.mjs';

const count = (page) => page.textContent('.count [role=status]');
const column = (page, number) => page.$$eval('#rows > tr:not(.detail)', (rows, at) => rows.map((row) => row.children[at].textContent), number);
const focused = (page) => page.evaluate(() => document.activeElement.textContent);

/** A test over one page, which must have been silent at its end. */
const visit = (title, query, look) => test(title, async () => {
  const page = await open(query);
  await look(page);
  await page.done();
});

visit('accelerators are found by the names that papers use', '?page=hardware', async (page) => {
  assert.equal(await page.title(), 'Hardware — Training compute');
  assert.equal(await page.textContent('#places [aria-current]'), 'Hardware');
  for (const [text, name] of [['rtx4090', 'RTX 4090'], ['google tpu v5p', 'TPU v5p'], ['A100 80GB', 'A100 SXM4 80GB']]) {
    await page.fill('#filter', text);
    assert.match(await count(page), /^\d+ of 406 match(es)?$/);
    assert.ok((await column(page, 0)).some((shown) => shown.includes(name)), text);
  }
  await page.fill('#filter', 'no such chip');
  assert.match(await count(page), /^None of 406 match/);
  assert.deepEqual(await column(page, 0), []);
  await page.fill('#filter', '');
  await page.click('text=Show all 406');
  assert.equal((await column(page, 0)).length, 406);
});

visit('a table is ordered by the button in its head, empty cells last', '?page=hardware', async (page) => {
  await page.focus('#filter');
  await page.keyboard.type('nvidia');
  await page.focus('[data-do=sort][value=fp8]');
  await page.keyboard.press('Enter');
  assert.equal(await page.getAttribute('th[aria-sort]', 'aria-sort'), 'descending');
  assert.equal(await focused(page), await page.textContent('[data-do=sort][value=fp8]'));
  const read = async () => (await column(page, 6)).map((text) => (text === 'not given' ? NaN : parseFloat(text.replace(/[\u202f\u2007\u2008]/g, ''))));
  for (const sign of [-1, 1]) {
    const figures = await read();
    const given = figures.filter((figure) => !Number.isNaN(figure));
    assert.ok(given.length > 3);
    assert.deepEqual(given, [...given].sort((one, two) => sign * (one - two)));
    assert.ok(figures.slice(given.length).every(Number.isNaN), 'empty cells are last');
    await page.keyboard.press('Enter');
  }
});

visit('a row opens by the keyboard and tells its sources; a letter opens its reason', '?page=hardware', async (page) => {
  await page.fill('#filter', 'tpu v3');
  await page.focus('#rows .open');
  await page.keyboard.press('Enter');
  assert.equal(await page.getAttribute('#rows .open', 'aria-expanded'), 'true');
  assert.match(await page.textContent('#rows .detail'), /4 chips.*Sources/s);
  await page.keyboard.press('Enter');
  assert.equal(await page.$('#rows .detail'), null);
  await page.focus('#rows .mark');
  assert.match(await page.getAttribute('#rows .mark', 'aria-label'), /^disputed/);
  await page.keyboard.press('Enter');
  assert.match(await focused(page), /Open conflict/);
  await assertAccessible(page, 'an open row');
});

visit('"use this" puts the chip into what was typed, and other places keep what was typed', '?page=hardware&params=70B&data=2T+tokens&chips=2048&time=21+days&hw=A100&format=bf16', async (page) => {
  await page.fill('#filter', 'h100-sxm5-80gb');
  await page.click('#rows .act a');
  await whenReady(page);
  const address = new URL(page.url()).searchParams;
  assert.equal(address.get('params'), '70B');
  assert.equal(address.get('hw'), 'H100 SXM5 80GB');
  assert.equal(address.has('page'), false);
  await waitForResult(page, 6 * 70e9 * 2e12);
  const here = await open('?page=models&params=70B&data=2T+tokens');
  assert.match(await here.getAttribute('#places nav a', 'href'), /^\?params=70B&data=2T\+tokens$/);
  await here.click('.brand');
  await whenReady(here);
  assert.equal(await result(here), 8.4e23);
  await here.done();
});

visit('column sets change what is shown, and wide ones get a box that the keyboard can scroll', '?page=hardware', async (page) => {
  await page.check('[name=columns][value=Memory]');
  assert.match(await page.textContent('thead'), /Bandwidth/);
  await page.check('[name=columns][value=All]');
  assert.equal(await page.getAttribute('#sheet', 'tabindex'), '0');
  await page.focus('#sheet');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.querySelector('#sheet').scrollLeft > 0);
  const first = await page.$eval('#rows th', (cell) => cell.getBoundingClientRect().left - cell.closest('#sheet').getBoundingClientRect().left);
  assert.equal(first, 0, 'the first column stays');
});

visit('the chart is one stop of the tab key; arrows name points, Enter opens the model', '?page=models&params=405B&data=15.6T+tokens&name=Mine', async (page) => {
  assert.match(await page.textContent('#place-models'), /Your estimate: Mine, .*FLOP/);
  assert.equal(await page.$$eval('#plot [tabindex]', (all) => all.length), 0);
  await page.focus('#plot');
  const said = () => page.textContent('#plot + [role=status]');
  await page.keyboard.press('End');
  const last = await said();
  assert.match(last, /times 10 to the \d+ FLOP/);
  await page.keyboard.press('ArrowLeft');
  await page.waitForFunction((was) => document.querySelector('#plot + [role=status]').textContent !== was, last);
  const before = await said();
  await page.keyboard.press('Enter');
  assert.ok(before.startsWith(await focused(page)), 'the model that was named has the focus in the table');
  assert.notEqual(await page.$('#rows .detail'), null);
  await page.hover('#plot', { position: { x: 300, y: 10 } });
});

visit('a filter of the models is a filter of the chart', '?page=models', async (page) => {
  await page.fill('#filter', 'openai');
  const shown = parseInt(await count(page), 10);
  assert.equal(await page.$$eval('.dots circle:not([data-faint])', (all) => all.length), shown);
  await page.fill('#filter', '');
  assert.equal(await page.$$eval('[data-faint]', (all) => all.length), 0);
  await page.check('[name=years][value="Since 1950"]');
  await page.waitForFunction(() => !document.querySelector('.dots circle[hidden]'));
});

visit('worked examples show their steps, and open in the calculator with the same number', '?page=examples', async (page) => {
  const steps = await page.$$eval('#gpt-3 [data-step]', (all) => all.map((step) => step.dataset.step));
  for (const id of ['connections', 'forward', 'backward', 'per-example', 'passes', 'total', 'attention', 'seconds', 'capacity', 'ratio', 'published']) assert.ok(steps.includes(id), id);
  assert.match(await page.textContent('#cnn-lstm-fcn .versus'), /696 times ours/);
  assert.equal(await page.$$eval('#rows > tr', (rows) => rows.length), 57);
  await page.click('#gpt-3 .go a');
  await whenReady(page);
  await waitForResult(page, 3.1428e23);
});

visit('anchors lead to their section, and "back" to where one was', '?page=method#compared', async (page) => {
  assert.ok(Math.abs(await page.$eval('#compared', (section) => section.getBoundingClientRect().top)) < 40);
  await page.waitForFunction(() => document.querySelector('#contents [aria-current]')?.textContent === 'Both methods compared');
  assert.match(await page.textContent('#compared'), /geometric mean of the ratio is 0\.93.* 0\.396/);
  for (const link of await page.$$eval('#contents a', (all) => all.map((one) => one.hash.slice(1)))) assert.notEqual(await page.$(`section[id="${link}"] > h2`), null, link);
  await page.evaluate(() => scrollTo(0, 3000));
  await page.waitForFunction(() => history.state === 3000);
  // Not Playwright's click, which would scroll the header into view first.
  await page.evaluate(() => document.querySelector('#places a[href*=hardware]').click());
  await page.waitForURL(/page=hardware/);
  await whenReady(page);
  await page.goBack();
  await whenReady(page);
  await page.waitForFunction(() => scrollY === 3000);
});
