// Quoted in public: a passage fills the form, the number is cited and kept, and the record gives it again.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertAccessible, assertFits, host, open, result, waitForResult } from './harness.mjs';

const PASSAGE = 'Our largest model has 70 billion parameters and was trained on 1.4 trillion tokens, using 512 A100 GPUs for 30 days.';

/** Opens a tool by its button, and waits until it stands. */
async function openTool(page, name, ready) {
  await page.click(`[data-tool=${name}]`);
  await page.waitForSelector(`#tool:not([hidden]) ${ready}`);
}
const query = (page) => new URLSearchParams(new URL(page.url()).search);
const filled = (page, key, text) => page.waitForFunction(([key, text]) => document.getElementById(key)?.value === text, [key, text]);

test('the first visit loads nothing of the tools', async () => {
  const page = await open();
  assert.deepEqual(page.requests.filter((address) => /quote|training-compute/.test(address)), []);
  await page.done();
});

test('a passage fills the form, and stays beside it', async () => {
  const page = await open();
  await openTool(page, 'passage', '[name=tool-passage]');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'tool-title');
  assert.equal(await page.getAttribute('[data-tool=passage]', 'aria-expanded'), 'true');
  await page.fill('[name=tool-passage]', PASSAGE);
  await page.waitForSelector('.tool-passage mark');
  // The passage itself, with the field behind each mark.
  assert.equal(await page.$eval('.tool-passage', (shown) => {
    const copy = shown.cloneNode(true);
    for (const to of copy.querySelectorAll('.to')) { to.previousSibling.remove(); to.remove(); }
    return copy.textContent;
  }), PASSAGE);
  assert.deepEqual(await page.$$eval('.tool-passage .to', (all) => all.map((to) => to.textContent)), ['Parameters', 'Training data', 'Chips', 'Accelerator', 'Training time']);
  await page.click('[data-do=tool-fill]');
  await waitForResult(page, 6 * 70e9 * 1.4e12);
  assert.equal(await page.inputValue('[name=tool-passage]'), PASSAGE);
  // From the first visit's example nothing is left.
  assert.equal(await page.inputValue('[name=name]'), '');
  await page.waitForFunction(() => location.search.includes('params='));
  assert.deepEqual([...query(page).keys()].sort(), ['chips', 'data', 'hw', 'params', 'time']);
  await page.click('.form [data-do=undo]');
  await waitForResult(page, 6 * 174.6e9 * 300e9);
  await page.done();
});

test('a mark dropped fills nothing, and one moved fills the other field', async () => {
  const page = await open('?example=none');
  await openTool(page, 'passage', '[name=tool-passage]');
  await page.fill('[name=tool-passage]', PASSAGE);
  await page.waitForSelector('.tool-passage mark');
  const row = (text) => page.locator('.tool-marks li', { hasText: text });
  await row('512').locator('input[type=checkbox]').first().uncheck();
  await row('70 billion').locator('select').selectOption('active');
  await page.click('[data-do=tool-fill]');
  await filled(page, 'active', '70 billion');
  assert.equal(await page.inputValue('[name=params]'), '');
  assert.equal(await page.inputValue('[name=chips]'), '');
  await page.done();
});

test('what fills only some fields leaves the others as typed', async () => {
  const page = await open('?name=Mine&params=1B&data=2B&epochs=3');
  await openTool(page, 'passage', '[name=tool-passage]');
  await page.fill('[name=tool-passage]', 'The model was trained on 4 billion tokens.');
  await page.waitForSelector('.tool-passage mark');
  await page.click('[data-do=tool-fill]');
  await waitForResult(page, 6 * 1e9 * 4e9 * 3);
  assert.equal(await page.inputValue('[name=name]'), 'Mine');
  await page.done();
});

test('a passage without numbers, in another language, and with markup', async () => {
  const page = await open();
  await openTool(page, 'passage', '[name=tool-passage]');
  for (const text of ['A short history of the model.', 'Das Modell hat 70 Milliarden Parameter und wurde mit 1,4 Billionen Token trainiert.']) {
    await page.fill('[name=tool-passage]', text);
    await page.waitForSelector('.tool-wrong');
    assert.match(await page.textContent('.tool-wrong'), /No quantity of a training run/);
  }
  const hostile = '<img src=x onerror=alert(1)> A model with 7 billion parameters was trained on 2 trillion tokens. <b>bold</b>';
  await page.fill('[name=tool-passage]', hostile);
  await page.waitForSelector('.tool-passage mark');
  assert.equal(await page.locator('.tool-passage :is(img, b)').count(), 0);
  assert.match(await page.textContent('.tool-passage'), /<img src=x onerror=alert\(1\)>/);
  await page.done();
});

test('ten thousand numbers neither hang nor fill', async () => {
  const page = await open();
  await openTool(page, 'passage', '[name=tool-passage]');
  const many = Array.from({ length: 10000 }, (_, at) => `The model has ${at + 2} billion parameters.`).join(' ');
  await page.evaluate((text) => {
    const area = document.querySelector('[name=tool-passage]');
    area.value = text;
    area.dispatchEvent(new Event('input', { bubbles: true }));
  }, many);
  await page.waitForSelector('.tool-wrong');
  assert.match(await page.textContent('.tool-wrong'), /first 200\u202f000 are read/);
  await page.waitForFunction(() => document.querySelector('.tool-passage mark') || /No quantity/.test(document.querySelector('.tool-body').textContent));
  assert.equal(await page.locator('.tool-marks input:checked').count(), 0);
  assert.equal(await result(page), 6 * 174.6e9 * 300e9);
  await page.done();
});

test('the number is cited in five ways and a record for the file, and the downloaded record gives it again', async () => {
  const page = await open('?name=Mine&params=7B&data=2T');
  await openTool(page, 'cite', '#cite-sentence');
  assert.match(await page.inputValue('#cite-sentence'), /Mine .*8\.4\s?×\s?10²²\sFLOP/);
  for (const id of ['cite-markdown', 'cite-bibtex', 'cite-csv', 'cite-file', 'cite-json']) assert.match(await page.inputValue(`#${id}`), /8\.4/, id);
  const [head, row] = (await page.inputValue('#cite-csv')).split('\n');
  assert.ok(head.includes(',') && row.includes('params=7B'));
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[data-do=tool-record][value=cite-json]')]);
  assert.equal(download.suggestedFilename(), 'Mine.training-compute.json');
  const record = readFileSync(await download.path());
  assert.equal(JSON.parse(record).flop.value, 8.4e22);

  const other = await open('?params=1B&data=1B');
  await openTool(other, 'cite', '#cite-sentence');
  await other.setInputFiles('#tool-file', { name: 'Mine.training-compute.json', mimeType: 'application/json', buffer: record });
  await waitForResult(other, 8.4e22);
  assert.equal(await other.inputValue('[name=name]'), 'Mine');
  assert.match(await other.textContent('.tool-found'), /gives the same now/);
  await other.waitForFunction(() => / Mine /.test(document.querySelector('#cite-sentence').value));
  // A record with another number, of a newer version, and what is none.
  const changed = { ...JSON.parse(record), schema: 'training-compute/record/2', flop: { value: 1e22, low: null, high: null } };
  await other.setInputFiles('#tool-file', { name: 'new.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(changed)) });
  await other.waitForFunction(() => document.querySelectorAll('.tool-notes li').length === 2);
  assert.match(await other.textContent('.tool-notes'), /version 2/);
  await other.setInputFiles('#tool-file', { name: 'page.json', mimeType: 'application/json', buffer: Buffer.from('<!doctype html><p>') });
  await other.waitForSelector('.tool-open .tool-wrong');
  assert.match(await other.textContent('.tool-open .tool-wrong'), /page\.json: .*HTML/);
  await waitForResult(other, 8.4e22);
  await page.done();
  await other.done();
});

test('citations follow what is typed', async () => {
  const page = await open('?name=Mine&params=7B&data=2T');
  await openTool(page, 'cite', '#cite-sentence');
  await page.fill('[name=params]', '14B');
  await page.waitForFunction(() => document.querySelector('#cite-sentence').value.includes('1.7'));
  await page.done();
});

test('a refused clipboard leaves the text selected', async () => {
  const page = await open('?params=7B&data=2T');
  await page.evaluate(() => { Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined }); });
  await openTool(page, 'cite', '#cite-sentence');
  await page.click('[data-do=tool-copy][value=cite-bibtex]');
  await page.waitForFunction(() => /by hand/.test(document.querySelector('.tool-said').textContent));
  assert.equal(await page.evaluate(() => document.getSelection().toString() || document.activeElement.value.slice(document.activeElement.selectionStart, document.activeElement.selectionEnd)), await page.inputValue('#cite-bibtex'));
  await page.done();
});

test('utilization from a measured run, a range, a throughput and a benchmark', async () => {
  const page = await open('?hw=a100&chips=100&time=10+days&format=bf16&params=175B&data=300B');
  await openTool(page, 'calibrate', 'table');
  const first = page.locator('#tool tbody tr').first();
  const share = (await first.locator('[data-label=MFU]').textContent()).trim();
  await first.locator('[data-do=tool-util]').click();
  await filled(page, 'util', share);
  assert.match(await page.textContent('.tool-said'), /Utilization is now .* from /);
  // The field says where it came from, until another is typed.
  assert.match(await page.textContent('#util-echo'), /%, from \w/);
  await page.click('#tool [data-do=tool-util]:has-text("range")');
  await page.waitForFunction(() => / to /.test(document.getElementById('util').value));
  // 150 tokens/s: 6 × 175e9 × 150 / 312e12.
  assert.match(await page.textContent('#util-echo'), /, from .*run/);
  await page.fill('[name=util]', '33%');
  await page.waitForFunction(() => !/from/.test(document.getElementById('util-echo').textContent));
  await page.fill('[name=tool-tokens]', '150');
  await page.click('#tool [data-do=tool-util]:has-text("50.5")');
  await page.waitForFunction(() => /^50\.5/.test(document.getElementById('util').value));
  await page.fill('[name=tool-flop]', '1e20');
  await page.fill('[name=tool-chips]', '10');
  await page.fill('[name=tool-time]', '1 day');
  await page.click('#tool [data-do=tool-util]:has-text("37.1")');
  await page.waitForFunction(() => /^37\.1/.test(document.getElementById('util').value));
  await page.waitForFunction(() => location.search.includes('util=37.1'));
  // More than the peak is no utilization.
  await page.fill('[name=tool-time]', '1 hour');
  await page.waitForFunction(() => /more than there is/.test(document.querySelector('#tool').textContent));
  await page.done();
});

test('runs are no share of another peak', async () => {
  const page = await open('?hw=a100&peak=100+TFLOP/s&chips=100&time=10+days');
  await openTool(page, 'calibrate', '.tool-body h3');
  assert.equal(await page.locator('#tool table').count(), 0);
  assert.match(await page.textContent('#tool'), /a share of one peak is not a share of another/);
  await page.done();
});

test('the modification stands beside a third of the original', async () => {
  const page = await open('?flop=1.3e25');
  await openTool(page, 'cite', '#cite-sentence');
  await page.click('#tool [value=modifier]');
  await page.waitForSelector('[name=tool-original]');
  await page.fill('[name=tool-original]', '3.7908e25');
  await page.check('[name=tool-systemic][value=yes]', { force: true });
  await page.waitForFunction(() => /exceeds one third/.test(document.querySelector('.tool-found')?.textContent));
  assert.match(await page.textContent('.tool-found'), /presumed/);
  await page.click('[data-do=tool-original]');
  await page.waitForFunction(() => location.search.includes('original=3.7908e25') && location.search.includes('systemic=yes'));
  // A model of the table brings its figure.
  await page.fill('[name=tool-model]', 'GPT-4');
  await page.waitForFunction(() => document.querySelector('[name=tool-original]').value === '2.1e25 FLOP');
  await page.fill('[name=tool-model]', 'nobody’s model');
  await page.waitForFunction(() => /Not in the table/.test(document.querySelector('#tool').textContent));
  await page.check('[name=tool-unknown]');
  await page.check('[name=tool-systemic][value=no]', { force: true });
  await page.waitForFunction(() => /3\.3\s?×\s?10²²/.test(document.querySelector('.tool-found')?.textContent));
  await page.done();
});

test('Escape closes, and the focus returns', async () => {
  const page = await open();
  await page.focus('[data-tool=passage]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#tool:not([hidden]) [name=tool-passage]');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await page.waitForSelector('#tool', { state: 'hidden' });
  assert.equal(await page.evaluate(() => document.activeElement.dataset.tool), 'passage');
  assert.equal(await page.getAttribute('[data-tool=passage]', 'aria-expanded'), 'false');
  await page.done();
});

test('opening a tool does not move the result', async () => {
  const page = await open();
  const before = await page.locator('.result').boundingBox();
  await openTool(page, 'passage', '[name=tool-passage]');
  assert.deepEqual(await page.locator('.result').boundingBox(), before);
  await page.done();
});

test('axe finds nothing in an open tool', async () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 360]) {
      const page = await open({ query: '?params=70B&data=1T&hw=a100&chips=100&time=10+days', colorScheme, viewport: { width, height: 800 } });
      await openTool(page, 'passage', '[name=tool-passage]');
      await page.fill('[name=tool-passage]', PASSAGE);
      await page.waitForSelector('.tool-passage mark');
      for (const [tool, ready] of [['passage', 'mark'], ['cite', '#cite-sentence'], ['calibrate', 'table'], ['modifier', '[name=tool-original]']]) {
        await page.click(`#tool [data-do=tool-open][value=${tool}]`);
        await page.waitForSelector(`#tool ${ready}`);
        await assertAccessible(page, `${tool} ${colorScheme} ${width} px`);
        await assertFits(page, `${tool} ${colorScheme} ${width} px`);
        if (process.env.TOOL_SHOTS) await page.screenshot({ path: `${process.env.TOOL_SHOTS}/${tool}-${colorScheme}-${width}.png`, fullPage: true });
      }
      await page.done();
    }
  }
});

test('a phase is moved out of a count and back, and the move travels in the link', async () => {
  const page = await open('?params=1B&data=2T&params.2=1B&data.2=1T&kind.2=fine-tuning&forward.3=1e12&data.3=1e9&kind.3=synthetic-data');
  const total = (word) => page.textContent(`[data-count=${word}]`);
  await page.waitForSelector('[data-tool=counted]');
  await openTool(page, 'counted', '[data-count=eu-update]');
  assert.match(await total('all'), /1\.9\s×\s10²²|1\.9\s×\s10/);
  assert.match(await total('eu-update'), /1\.8\s×\s10/);
  const tuned = page.locator('[name=tool-count-us-state-2]');
  assert.equal(await tuned.isChecked(), true);
  await tuned.focus();
  await page.keyboard.press('Space');
  await page.waitForFunction(() => new URLSearchParams(location.search).get('out.2') === 'us-state');
  assert.match(await total('us-state'), /1\.2\s×\s10/);
  assert.match(await page.textContent('#tool'), /You moved this phase out\. By default: Fine-tuning counts\./);
  // The switch keeps the focus, and goes back.
  assert.equal(await page.evaluate(() => document.activeElement.name), 'tool-count-us-state-2');
  await page.keyboard.press('Space');
  await page.waitForFunction(() => !new URLSearchParams(location.search).has('out.2'));
  // A phase that is not counted is moved in; opened anew, the link says so.
  await page.check('[name=tool-count-eu-update-3]');
  await page.waitForFunction(() => new URLSearchParams(location.search).get('in.3') === 'eu-update');
  assert.match(await total('eu-update'), /1\.9\s×\s10/);
  // What everybody can have counts no more in the cumulative total.
  await page.check('[name=tool-public-3]');
  await page.waitForFunction(() => new URLSearchParams(location.search).get('public.3') === '1');
  assert.match(await total('eu-cumulative'), /1\.8\s×\s10/);
  const other = await open(new URL(page.url()).search);
  await other.waitForSelector('[data-tool=counted]');
  await openTool(other, 'counted', '[data-count=eu-update]');
  assert.equal(await other.isChecked('[name=tool-count-eu-update-3]'), true);
  assert.equal(await other.isChecked('[name=tool-public-3]'), true);
  await assertAccessible(other, 'what is counted');
  await assertFits(other, 'what is counted');
  await page.done();
  await other.done();
});

test('where every phase counts, one number is shown', async () => {
  const page = await open('?params=7B&data=2T');
  await page.waitForSelector('[data-tool=counted]');
  await openTool(page, 'counted', '[name=tool-count-eu-update-1]');
  assert.equal(await page.locator('[data-count]').count(), 0);
  assert.match(await page.textContent('#tool .tool-found'), /one number: 8\.4/);
  await page.uncheck('[name=tool-count-eu-update-1]');
  await page.waitForSelector('[data-count=eu-update]');
  assert.equal(await page.textContent('[data-count=eu-update]'), 'No phase counts');
  await page.done();
});

test('pictures are drawn with the thresholds in them, and taken away as SVG and PNG', async () => {
  const page = await open({ query: '?params=400B..500B&data=14T..16T&hw=h100&chips=16000&time=50..60+days&util=30..45%25', acceptDownloads: true });
  await page.waitForSelector('[data-tool=picture]');
  await openTool(page, 'picture', '#tool-spread');
  assert.match(await page.getAttribute('#tool-spread', 'aria-label'), /median 4\.0 times 10 to the 25 FLOP, 90 per cent between/);
  assert.ok(await page.locator('#tool-spread .limit').count() >= 2);
  const take = async (selector, kind) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.click(`[data-picture="${selector}"][value=${kind}]`)]);
    assert.equal(download.suggestedFilename(), `training-compute.${kind}`);
    return readFileSync(await download.path());
  };
  for (const selector of ['.result .strip', '#tool-spread', '#tool-drivers']) {
    const svg = (await take(selector, 'svg')).toString();
    assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    // It stands alone: nothing of the style sheet, no script, nothing from elsewhere.
    assert.doesNotMatch(svg, /class=|var\(|<script|href=|NaN/);
    assert.match(svg, /fill="rgb/);
    const png = await take(selector, 'png');
    assert.deepEqual([...png.subarray(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
    assert.ok(png.length > 3000, `${selector}: ${png.length}`);
  }
  await assertAccessible(page, 'pictures');
  await page.setViewportSize({ width: 360, height: 740 });
  await assertFits(page, 'pictures');
  await page.done();
});

test('what is drawn is said, and each rule is compared by its own count', async () => {
  const chances = async (query) => {
    const page = await open(query);
    await page.waitForSelector('[data-tool=picture]');
    await openTool(page, 'picture', '#tool-spread');
    const text = (await page.innerText('#tool')).replace(/[\u00a0\u202f]/g, ' ');
    await page.done();
    return text;
  };
  // The count is one number, the utilization a range.
  assert.match(await chances('?params=405B&data=15T&hw=h100&chips=16000&time=54+days&util=30..45%25'), /accelerator time alone: the headline rests on single numbers/);
  // Generated data of 2e26 is in the total, and not in what the US states count.
  const text = await chances('?params=400B..500B&data=30T&kind.2=synthetic-data&flop.2=2e26');
  assert.match(text, /probabilities below are of what each rule counts/);
  assert.match(text, /California SB 53[^.]*: probability of more, on these inputs, less than 1 %\./);
});

test('a link older than a change of the tables shows both numbers', async () => {
  const row = readFileSync(new URL('../../data/hardware.csv', import.meta.url), 'utf8').split('\n').find((line) => line.startsWith('h100-sxm5-80gb,')).split(',');
  const change = `@changes\nhardware\nh100-sxm5-80gb\nbf16_tensor\n9e14\n${row[14]}\n2027-01-10\n@end`;
  const at = await host({ change: (name, bytes) => (name.startsWith('catalog-') ? Buffer.from(bytes.toString().replace(/@end$/, change)) : bytes) });
  const link = '?hw=h100-sxm5-80gb&chips=1000&time=10+days&util=40%25';
  const old = await open({ host: at, query: `${link}&tables=2026-11-25` });
  const text = (await old.textContent('.form > .bar')).replace(/[\u00a0\u202f]/g, ' ');
  assert.match(text, /it gave 3\.11 × 10²³ FLOP, now it gives 3\.42 × 10²³ FLOP/);
  assert.ok(Math.abs(await result(old) / (1000 * 864000 * Number(row[14]) * 0.4) - 1) < 1e-9);
  const young = await open({ host: at, query: `${link}&tables=2027-01-10` });
  assert.equal(await young.locator('.form > .bar').count(), 0);
  await old.done();
  await young.done();
  await at.close();
});

test('a tool that is long in coming takes no focus from what is typed', async () => {
  const page = await open('?params=7B&data=1T');
  await page.route('**/quote-*.wasm', async (route) => {
    await new Promise((done) => { setTimeout(done, 1500); });
    await route.continue();
  });
  await page.click('#cite');
  await page.focus('[name=epochs]');
  await page.keyboard.type('1', { delay: 50 });
  await page.waitForSelector('#tool:not([hidden]) #cite-sentence');
  await page.waitForTimeout(200);
  assert.equal(await page.evaluate(() => document.activeElement.name), 'epochs');
  await page.done();
});
