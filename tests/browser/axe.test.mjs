// Accessibility by axe, and no scrolling sideways: every place, light and dark, wide and narrow.
import { test } from 'node:test';
import { assertAccessible, assertFits, open } from './harness.mjs';

const QUERIES = [
  '', '?page=count', '?page=batch', '?page=examples', '?page=hardware', '?page=models', '?page=method', '?embed=1&params=175B&data=300B',
  '?params=abc&time=54&hw=a100', '?params=70B&data=15T&hw=h100&chips=100&time=1+day', '?params=70B&data=15T&hw=h100&chips=16000&time=54+days&util=30..50%25',
];

for (const query of QUERIES) {
  test(`axe finds nothing in ${query || 'the first visit'}`, async () => {
    for (const colorScheme of ['light', 'dark']) {
      for (const width of [1280, 360]) {
        const page = await open({ query, colorScheme, viewport: { width, height: 800 } });
        const title = `${query} ${colorScheme} ${width} px`;
        await assertAccessible(page, title);
        await assertFits(page, title);
        await page.done();
      }
    }
  });
}
