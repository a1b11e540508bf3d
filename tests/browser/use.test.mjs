// The page as a reader uses it, with the keyboard.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open, result, type, waitForResult, whenReady } from './harness.mjs';

test('numbers typed by keyboard give a result, and its link gives the same number again', async () => {
  const page = await open();
  await type(page, 'params', '174600000000');
  await type(page, 'data', '300000000000');
  await waitForResult(page, 3.1428e23);
  // The address is the link: it is written a moment after the last key.
  await page.waitForFunction(() => location.search.includes('params='));
  const link = page.url();
  const first = await result(page);
  await page.done();

  const again = await open({ url: link });
  assert.equal(await result(again), first);
  await again.reload();
  await whenReady(again);
  assert.equal(await result(again), first);
  await again.done();
});

test('a link of nonsense is shown as text, never as markup', async () => {
  const hostile = [
    '?params=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E', '?name=%3Cscript%3Ealert(1)%3C%2Fscript%3E', '?%E0%A4%A',
    '?params=' + '9'.repeat(9000), '?hw=%00&chips.9=5&chips.99=7', '?time=1e999&util=-5&epochs=nan', '?page=%3Cb%3E', '?page=constructor',
    '?theme=%22%3E', '?params=1&params=2', '?' + '&'.repeat(5000),
  ];
  for (const query of hostile) {
    const page = await open(query);
    assert.equal(await page.locator('img[src=x]').count(), 0, query);
    assert.equal(await page.evaluate(() => [...document.scripts].some((script) => script.textContent.includes('alert'))), false, query);
    await page.done();
  }
});
