// Writes the static page of index.html from the running one, after the calculator, the tables or a sentence changed:
//
//   cargo xtask build && TRAINING_COMPUTE_NPM=… TRAINING_COMPUTE_CHROMIUM=… node tests/browser/shell.mjs
//
// What is drawn on a first visit, before the tables have come, is put between the tags of #app, with the lines of all known
// models; so nothing moves when the program takes over (calculator.test.mjs).
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { close, newContext, open, root } from './harness.mjs';

const whole = await open();
await whole.waitForTimeout(1500);
const rug = await whole.getAttribute('.rug', 'd');
await whole.done();

const context = await newContext({ viewport: { width: 1280, height: 800 } });
await context.route('**/catalog*.txt', (route) => route.abort());
const page = await open({ context, expect: [/catalog|ERR_FAILED/] });
await page.waitForTimeout(500);
const markup = await page.evaluate((rug) => {
  const app = document.querySelector('#app');
  const copy = app.cloneNode(true);
  const inputs = [...app.querySelectorAll('input, select')];
  [...copy.querySelectorAll('input, select')].forEach((input, at) => {
    const live = inputs[at];
    if (live.tagName === 'SELECT') {
      for (const option of [...input.options]) if (option.value !== live.value) option.remove();
    } else if (live.type === 'radio') {
      if (live.checked) input.setAttribute('checked', '');
    } else if (live.value) {
      input.setAttribute('value', live.value);
    }
  });
  copy.querySelector('.after').textContent = '';
  copy.querySelector('.rug').setAttribute('d', rug);
  copy.querySelector('.calculator > [role=status]').remove();
  copy.querySelector('.calculator').classList.add('shell');
  return copy.innerHTML;
}, rug);
await page.done();
await context.close();
await close();

const text = markup
  .replace(/ (checked|novalidate)=""/g, ' $1')
  .replace(/="([a-zA-Z0-9_.-]+)"/g, '=$1')
  .replace(/<\/(section|div|form)>/g, '</$1>\n')
  .replace(/\n+/g, '\n')
  .replaceAll('&nbsp;', '\u00a0');
const file = path.join(root, 'index.html');
const [before, rest] = readFileSync(file, 'utf8').split(/(?<=<p class="wait">Opening …<\/p>\n)/);
const after = rest.slice(rest.lastIndexOf('      </div>\n    </main>'));
writeFileSync(file, before + text + after);
console.log(`index.html: ${text.length} bytes of the first visit`);
