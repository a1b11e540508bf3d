// Counting on the page: files dropped, text pasted, layers built; the result adds up, and a long read can be ended.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertAccessible, assertFits, host, open, root } from './harness.mjs';

const onnx = (name) => readFileSync(path.join(root, 'crates/onnx/tests/data/onnx', name));
const LLAMA = '{"model_type":"llama","architectures":["LlamaForCausalLM"],"hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"vocab_size":32000}';

/** Drops files as a hand would: on the page, by a drag. */
const drop = (page, ...files) => page.evaluate((list) => {
  const data = new DataTransfer();
  for (const { name, base64 } of list) data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
  for (const kind of ['dragover', 'drop']) document.querySelector('main').dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
}, files.map(([name, contents]) => ({ name, base64: Buffer.from(contents).toString('base64') })));

const state = (page, wanted) => page.waitForSelector(`#count-result[data-state="${wanted}"]`);
const totals = (page) => page.$eval('#count-result', ({ dataset }) => [dataset.parameters, dataset.flop]);
/** All digits of a printed number. */
const digits = (text) => text.replace(/[^0-9]/g, '');
const sums = (page) => page.$$eval('#groups tfoot .num', (cells) => cells.map((cell) => cell.textContent));

async function assertAddsUp(page) {
  const [parameters, flop] = await totals(page);
  assert.deepEqual((await sums(page)).map(digits), [parameters, flop]);
  const columns = await page.$$eval('#groups tbody tr:not(.formula-row)', (rows) => rows.map((row) => [...row.querySelectorAll('.num')].slice(1).map((cell) => cell.textContent)));
  const sum = (at) => columns.reduce((total, row) => total + BigInt(digits(row[at])), 0n).toString();
  assert.deepEqual([sum(0), sum(1)], [parameters, flop]);
}

test('a real ONNX file dropped on the page is counted', async () => {
  const page = await open('?page=count');
  assert.equal(page.requests.filter((address) => /training-compute|reader\.js/.test(address)).length, 0, 'the reader is loaded before a file comes');
  await state(page, 'empty');
  await drop(page, ['cnn_opset13.onnx', onnx('cnn_opset13.onnx')]);
  await state(page, 'ok');
  assert.deepEqual(await totals(page), ['12362', '1475200']);
  const text = await page.textContent('#count-result');
  assert.match(text, /12\u202f362/);
  assert.match(text, /1\u202f475\u202f200/);
  await assertAddsUp(page);
  assert.ok(page.requests.some((address) => address.endsWith('/reader.js')));
  await page.done();
});

test('a config dropped on the page is counted, and its row opens the formula', async () => {
  const page = await open('?page=count');
  await drop(page, ['config.json', LLAMA]);
  await state(page, 'ok');
  assert.equal((await totals(page))[0], '6738415616');
  await assertAddsUp(page);
  const row = page.locator('#groups .path', { hasText: 'mlp' });
  await row.click();
  assert.equal(await row.getAttribute('aria-expanded'), 'true');
  assert.match(await page.textContent('#groups .formula-row'), /4096 × 11\u202f008/);
  // Another length, and the table follows.
  await page.fill('[name=seq]', '1');
  await page.waitForFunction(() => document.querySelector('#count-result').dataset.flop === String(2 * (6738415616 - 32000 * 4096 - 65 * 4096) + 32 * 4 * 4096));
  await assertAddsUp(page);
  await page.done();
});

test('sizes that a graph leaves open are asked for by name', async () => {
  const page = await open('?page=count');
  await drop(page, ['transformer_block_opset17.onnx', onnx('transformer_block_opset17.onnx')]);
  await state(page, 'needs');
  assert.doesNotMatch(await page.textContent('.totals'), /Forward FLOP/, 'no 0 where the work is not known');
  await page.getByLabel('batch', { exact: true }).fill('1');
  await page.getByLabel('sequence', { exact: true }).fill('fifty');
  assert.match(await page.textContent('.field.bad .echo'), /sequence: “fifty” is no size/);
  await page.getByLabel('sequence', { exact: true }).fill('50');
  await state(page, 'ok');
  assert.deepEqual(await totals(page), ['49856', '5555200']);
  await assertAddsUp(page);
  await page.done();
});

test('a long read shows how far it is, and can be cancelled', async () => {
  const page = await open('?page=count');
  await page.evaluate(() => {
    // 2 GB of empty metadata entries: every byte of it must be passed, none of it is kept. The blob repeats one piece of it.
    const piece = new Uint8Array(1 << 20);
    for (let at = 0; at < piece.length; at += 4) piece.set([0x72, 2, 0x0a, 0], at);
    const data = new DataTransfer();
    data.items.add(new File(Array(2048).fill(new Blob([piece])), 'endless.onnx'));
    document.querySelector('main').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await state(page, 'reading');
  await page.waitForSelector('#count-result progress[value]');
  assert.match(await page.textContent('#count-result'), /Reading endless\.onnx.* of 2\.15\u202fGB passed/s);
  // The page answers meanwhile.
  await page.fill('[name=batch]', '');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await state(page, 'cancelled');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Read again');
  await drop(page, ['config.json', LLAMA]);
  await state(page, 'ok');
  assert.equal((await totals(page))[0], '6738415616');
  await page.done();
});

test('a file of gigabytes is counted in a moment: its weights are passed by', async () => {
  const page = await open('?page=count');
  const small = onnx('cnn_opset13.onnx').toString('base64');
  const ms = await page.evaluate(async (base64) => {
    // The same graph with two weights of a gigabyte behind its nodes: the blob repeats one piece of them.
    const graph = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const varint = (n) => { const out = []; for (; n >= 128; n = Math.floor(n / 128)) out.push(n % 128 + 128); return [...out, n]; };
    const field = (number, length) => [...varint(number * 8 + 2), ...varint(length)];
    const read = (at) => { let n = 0, by = 1; for (;; at += 1) { n += (graph[at] & 127) * by; by *= 128; if (graph[at] < 128) return [n, at + 1]; } };
    const gigabyte = 2 ** 30, piece = new Blob([new Uint8Array(1 << 20)]);
    const weights = ['a', 'b'].map((name) => {
      const head = [0x08, ...varint(gigabyte / 4), 0x10, 1, ...field(8, 1), name.charCodeAt(0), ...field(9, gigabyte)];
      return { head: new Uint8Array([...field(5, head.length + gigabyte), ...head]), size: gigabyte };
    });
    const more = weights.reduce((sum, { head, size }) => sum + head.length + size, 0);
    const parts = [];
    for (let at = 0; at < graph.length;) {
      const from = at;
      let tag, length;
      [tag, at] = read(at);
      [length, at] = read(at);
      if (tag % 8 === 0) length = 0;
      if (Math.floor(tag / 8) !== 7) {
        parts.push(graph.slice(from, at + length));
      } else {
        parts.push(new Uint8Array(field(7, length + more)), graph.slice(at, at + length));
        for (const { head } of weights) parts.push(head, ...Array(1024).fill(piece));
      }
      at += length;
    }
    const data = new DataTransfer();
    data.items.add(new File(parts, 'large.onnx'));
    // The reader's program is loaded by then.
    const from = performance.now();
    document.querySelector('main').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    while (!/^(ok|needs|refused)$/.test(document.querySelector('#count-result').dataset.state)) await new Promise((done) => setTimeout(done, 10));
    return performance.now() - from;
  }, small);
  const text = await page.textContent('#count-result');
  assert.match(text, /of 2\.15\u202fGB read/, text.slice(0, 400));
  const read = Number(text.match(/([0-9.]+)\u202fkB of 2\.15/)[1]);
  assert.ok(read < 200, `${read} kB read`);
  assert.equal((await totals(page))[1], '1475200');
  console.log(`# a 2 GB ONNX file: ${Math.round(ms)} ms with the start of the reader, ${read} kB read`);
  await page.done();
});

test('what is no model is refused in words', async () => {
  const page = await open('?page=count');
  for (const [name, contents, found, remedy] of [
    ['pytorch_model.bin', '\u0080\u0002}q', /pickle/, /safetensors/],
    ['config.json', '<!DOCTYPE html><title>Not found</title>', /web page/, /raw file/],
    ['model.safetensors', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', /Git LFS pointer/, /git lfs pull/],
    ['config.json', '{"model_type":"nobody-knows"}', /nobody-knows/, /ONNX/],
    ['a.gguf', 'GGUF', /ends after|too short|cut/i, /Download/],
  ]) {
    await drop(page, [name, Buffer.from(contents, 'latin1')]);
    await page.waitForFunction((source) => new RegExp(source, 'i').test(document.querySelector('#count-result[data-state=refused]')?.textContent ?? ''), found.source);
    const text = await page.textContent('#count-result');
    assert.match(text, remedy, name);
  }
  // Markup in a name stays text.
  await drop(page, ['<img src=x onerror=alert(1)>.json', '{"model_type":"<b>x</b>"}']);
  await page.waitForFunction(() => document.querySelector('#count-result').textContent.includes('<b>x</b>'));
  assert.equal(await page.$('#count-result img, .drop img'), null);
  await page.done();
});

test('the class whose head is counted can be given', async () => {
  const page = await open('?page=count');
  await drop(page, ['config.json', '{"model_type":"bert","hidden_size":768,"num_hidden_layers":12,"num_attention_heads":12,"intermediate_size":3072,"vocab_size":30522}']);
  await state(page, 'ok');
  const [masked] = await totals(page);
  await page.focus('[name=class]');
  await page.keyboard.type('BertModel');
  await page.waitForFunction((before) => document.querySelector('#count-result').dataset.parameters !== before, masked);
  assert.equal((await totals(page))[0], '109482240');
  assert.equal(await page.evaluate(() => document.activeElement.name), 'class', 'typing is not interrupted');
  await page.done();
});

test('files of several models are counted one beside the other', async () => {
  const page = await open('?page=count');
  await drop(page, ['a.json', LLAMA], ['b.json', '{"model_type":"gpt2"}'], ['c.json', '{"model_type":"nobody-knows"}']);
  await state(page, 'ok');
  assert.match(await page.textContent('#count-result table'), /6\u202f738\u202f415\u202f616.*124\u202f439\u202f808.*nobody-knows/s);
  await page.getByRole('button', { name: 'b.json' }).click();
  assert.equal((await totals(page))[0], '124439808');
  await page.done();
});

test('a pasted config is counted as it is typed, and fills method 1', async () => {
  const page = await open('?page=count&data=300B+tokens&hw=v100');
  await page.check('[name=from][value=text]', { force: true });
  await page.fill('[name=config]', '{"model_type":"gpt2"');
  await state(page, 'refused');
  assert.match(await page.textContent('#count-result'), /not JSON/);
  await page.fill('[name=config]', '{"model_type":"mixtral","hidden_size":4096,"intermediate_size":14336,"num_hidden_layers":32,"num_attention_heads":32,"num_key_value_heads":8,"vocab_size":32000,"num_local_experts":8,"num_experts_per_tok":2}');
  await state(page, 'ok');
  assert.equal((await totals(page))[0], '46702792704');
  const link = async (name) => new URL(await page.getByRole('link', { name, exact: true }).getAttribute('href'), page.url()).searchParams;
  const parameters = await link('The parameters');
  assert.equal(parameters.get('params'), '46702792704');
  assert.equal(parameters.get('active'), '12748853248', 'active without the input table');
  assert.equal(parameters.get('data'), '300B tokens', 'what was typed stays');
  assert.equal(parameters.get('hw'), 'v100');
  assert.equal(parameters.get('page'), null);
  const forward = await link('Forward FLOP per token');
  const [, flop] = await totals(page);
  assert.ok(Math.abs(Number(forward.get('forward')) - Number(flop) / 4096) < 1, `${forward}`);
  assert.equal(forward.get('params'), null);
  await page.getByRole('link', { name: 'The parameters', exact: true }).click();
  await page.waitForSelector('html[data-ready]');
  assert.equal(await page.inputValue('[name=params]'), '46702792704');
  await page.done();
});

test('training FLOP follows what is trained', async () => {
  const page = await open('?page=count');
  await drop(page, ['config.json', LLAMA]);
  await state(page, 'ok');
  const [, flop] = await totals(page);
  const last = () => page.$eval('.trained .steps li:last-child .how', (line) => line.textContent.split('=').pop());
  await page.waitForSelector('.trained .steps');
  assert.equal(digits(await last()), String(3n * BigInt(flop)));
  await page.check('[name=recompute][value=full]', { force: true });
  await page.waitForFunction((want) => document.querySelector('.trained .steps li:last-child .how').textContent.split('=').pop().replace(/\D/g, '') === want, String(4n * BigInt(flop)));
  await page.check('[name=mode][value=lora]', { force: true });
  await page.waitForSelector('[name=rank]');
  await page.waitForFunction(() => /adapters/.test(document.querySelector('.trained .steps').textContent));
  // Of a group's matrices some alone: queries and values, 32 layers of 2 adapters of rank 16.
  await page.check('[name=target][value=q_proj]');
  await page.check('[name=target][value=v_proj]');
  await page.waitForFunction(() => /8\.39 million parameters are trained/.test(document.querySelector('.trained').textContent));
  await page.fill('[name=rank]', 'some');
  await page.waitForFunction(() => /no whole number/.test(document.querySelector('.trained').textContent));
  await page.check('[name=mode][value=frozen]', { force: true });
  await page.check('[name=frozen][value="model.layers"]');
  await page.check('[name=frozen][value="model.embed_tokens"]');
  await page.waitForFunction(() => /131 million parameters are trained/.test(document.querySelector('.trained').textContent));
  await page.done();
});

test('adapters are laid beside the matrices of a graph', async () => {
  const page = await open('?page=count');
  await drop(page, ['transformer_block_opset17.onnx', onnx('transformer_block_opset17.onnx')]);
  await state(page, 'needs');
  await page.getByLabel('batch', { exact: true }).fill('1');
  await page.getByLabel('sequence', { exact: true }).fill('50');
  await state(page, 'ok');
  await page.check('[name=mode][value=lora]', { force: true });
  await page.waitForSelector('[name=rank]');
  assert.deepEqual(await page.$$eval('[name=target]', (boxes) => boxes.map((box) => box.value)), ['q', 'p', 'u', 'w']);
  await page.check('[name=target][value=q]');
  // Rank 16 beside 64 x 192, on 50 tokens: forward 2, backward 2 x 2; frozen weights once, the core of attention twice.
  const adapters = 2 * 50 * 16 * (64 + 192);
  const core = 2 * 2 * 50 * 50 * 64;
  const want = (5555200 + adapters) + (5555200 - core) + 2 * core + 2 * adapters;
  await page.waitForFunction((sum) => document.querySelector('.trained .steps li:last-child .how').textContent.split('=').pop().replace(/\D/g, '') === sum, String(want));
  await page.done();
});

test('layers are built, moved, undone, and travel in the link', async () => {
  const page = await open('?page=count');
  await page.check('[name=from][value=layers]', { force: true });
  await page.getByRole('button', { name: 'Open the article’s CNN-LSTM-FCN' }).click();
  await state(page, 'ok');
  assert.deepEqual(await totals(page), ['655627754', '29424890880']);
  await assertAddsUp(page);
  await page.waitForFunction(() => location.hash.startsWith('#layers='));
  const link = page.url();

  // By keyboard alone: open a layer, change a size, and undo.
  await page.focus('#layer-2-open');
  await page.keyboard.press('Enter');
  await page.focus('[name="layer:2:fields.outputs"]');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type('20');
  await page.waitForFunction(() => document.querySelector('#count-result').dataset.flop === '29424896000');
  await page.focus('[name="layer:2:fields.outputs"]');
  await page.keyboard.type('x');
  await page.waitForSelector('.layers .field.bad');
  await page.focus('#undo');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('#count-result').dataset.flop === '29424890880');
  // A layer moves up and keeps the focus on its button.
  await page.focus('#layer-2-up');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.id === 'layer-1-up');
  assert.match(await page.textContent('.layers > li:nth-child(2)'), /head/);
  // Nested twice in a block that repeats, it works as often.
  await page.click('#layer-1-nest');
  await page.click('#layer-1-open');
  await page.fill('[name="layer:1:repeat"]', '3');
  await page.waitForFunction(() => document.querySelector('#count-result').dataset.flop === String(29424890880 + 2 * 5120));
  await page.click('#layer-1-remove');
  await page.waitForFunction(() => document.querySelector('#count-result').dataset.flop === String(29424890880 - 5120));

  const again = await open({ url: link });
  await state(again, 'ok');
  assert.deepEqual(await totals(again), ['655627754', '29424890880']);
  const broken = await open('?page=count#layers=%%%');
  await state(broken, 'refused');
  assert.match(await broken.textContent('#count-result'), /cut off/);
  await page.done();
  await again.done();
  await broken.done();
});

test('the table sorts, and leaves as CSV and JSON', async () => {
  const page = await open('?page=count');
  await drop(page, ['config.json', LLAMA]);
  await state(page, 'ok');
  await page.getByRole('button', { name: 'Parameters', exact: true }).click();
  assert.equal(await page.getAttribute('#groups th:nth-child(4)', 'aria-sort'), 'descending');
  const column = (await page.$$eval('#groups tbody tr', (rows) => rows.map((row) => row.querySelectorAll('.num')[1].textContent))).map((cell) => Number(digits(cell)));
  assert.deepEqual(column, [...column].sort((a, b) => b - a));
  const saved = async (name) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    return [download.suggestedFilename(), readFileSync(await download.path(), 'utf8')];
  };
  const [csvName, csv] = await saved('Table as CSV');
  assert.equal(csvName, 'LlamaForCausalLM-count.csv');
  assert.match(csv, /^path,kind,repeat,parameters,forward_flop,formula\r\n/);
  assert.match(csv, /\r\nsum,,,6738415616,\d+,\r\n$/);
  const [jsonName, json] = await saved('Count as JSON');
  assert.equal(jsonName, 'LlamaForCausalLM-count.json');
  assert.equal(JSON.parse(json).parameters, 6738415616);
  await page.done();
});

test('every state passes axe and fits, wide and narrow, light and dark', async () => {
  for (const colorScheme of ['light', 'dark']) for (const width of [1280, 360]) {
    const title = `${colorScheme} ${width}`;
    const page = await open({ query: '?page=count', colorScheme, viewport: { width, height: 800 } });
    const check = async (what) => {
      await assertAccessible(page, `${what} ${title}`);
      await assertFits(page, `${what} ${title}`);
    };
    await check('empty');
    await drop(page, ['transformer_block_opset17.onnx', onnx('transformer_block_opset17.onnx')]);
    await state(page, 'needs');
    await check('needs');
    await drop(page, ['config.json', LLAMA]);
    await state(page, 'ok');
    await page.click('#groups .path');
    await page.check('[name=mode][value=lora]', { force: true });
    await page.waitForSelector('[name=rank]');
    await check('result');
    await drop(page, ['config.json', '<html>']);
    await state(page, 'refused');
    await check('refused');
    await page.check('[name=from][value=layers]', { force: true });
    await page.getByRole('button', { name: 'Open the article’s CNN-LSTM-FCN' }).click();
    await state(page, 'ok');
    await page.click('#layer-1-nest');
    await page.click('#layer-1-0-open');
    await check('layers');
    await page.done();
  }
});

test('where the reader cannot be loaded, the page says so', async () => {
  const at = await host({ change: (name, body) => (name === 'training-compute.js' ? undefined : body) });
  const page = await open({ host: at, query: '?page=count', expect: [/404/] });
  await drop(page, ['config.json', LLAMA]);
  await state(page, 'refused');
  assert.match(await page.textContent('#count-result'), /reader of files could not start/);
  await page.done();
  await at.close();
});

/** The table beside method 1, once it stands there. */
async function besideMethod1(page) {
  await page.waitForSelector('#tool:not([hidden]) .tool-layers');
  const rows = await page.$$eval('.tool-layers tbody tr', (all) => all.map((tr) => [...tr.children].map((cell) => cell.textContent)));
  const sum = await page.$$eval('.tool-layers tfoot .num', (cells) => cells.map((cell) => cell.textContent));
  return { rows, sum: sum.map(digits) };
}

test('the count of a file stays beside method 1, and in its link', async () => {
  const page = await open('?page=count&data=300B+tokens');
  await drop(page, ['config.json', LLAMA]);
  await state(page, 'ok');
  const [parameters, flop] = await totals(page);
  const groups = await page.$$eval('#groups tbody tr', (all) => all.map((tr) => [...tr.querySelectorAll('.num')].map((cell) => cell.textContent)));
  const link = page.locator('.uses a[href*="#count="]', { hasText: 'The parameters' });
  await link.click();
  let { rows, sum } = await besideMethod1(page);
  assert.deepEqual(sum.slice(0, 2), [parameters, flop]);
  assert.deepEqual(rows.map((cells) => cells.slice(1, 4)), groups);
  assert.equal(await page.inputValue('[name=params]'), parameters);
  assert.ok(await page.$$eval('.tool-layers tbody .share-bar rect', (bars) => bars.some((bar) => Number(bar.getAttribute('width')) > 0)));
  // The link that Share gives carries it.
  await page.click('#share');
  const given = await page.inputValue('#share-text');
  assert.equal(new URL(given).hash, await page.evaluate(() => location.hash));
  // Another number of parameters in the form: the table says that it is no longer its own.
  assert.equal(await page.locator('#tool-departed').count(), 0);
  await page.fill('[name=params]', '13B');
  await page.waitForSelector('#tool-departed');
  assert.match(await page.textContent('#tool-departed'), /no longer counts from this table: it counts from parameters, 13/);
  await page.fill('[name=params]', parameters);
  await page.waitForSelector('#tool-departed', { state: 'detached' });
  // Typing writes the address anew; the count stays in it, and opens from it.
  await page.fill('[name=epochs]', '2');
  await page.waitForFunction(() => location.search.includes('epochs=2') && location.hash.startsWith('#count='));
  await page.reload();
  ({ rows, sum } = await besideMethod1(page));
  assert.deepEqual(sum.slice(0, 2), [parameters, flop]);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'BODY', 'a link takes no focus');
  await assertAccessible(page);
  assert.match(await page.getAttribute('.tool-row a', 'href'), /^\.\/\?page=count$/);
  // Taken out, it is gone from the link.
  await page.click('[data-do=tool-unlink]');
  await page.waitForFunction(() => location.hash === '' && document.getElementById('tool').hidden);
  await page.fill('[name=epochs]', '3');
  await page.waitForFunction(() => location.search.includes('epochs=3'));
  await page.waitForTimeout(600);
  assert.equal(await page.evaluate(() => location.hash), '');
  await page.done();
});

test('a list of layers stays beside method 1, and goes back to the builder', async () => {
  const page = await open('?page=count');
  await page.check('[name=from][value=layers]', { force: true });
  await page.click('[data-do=article]');
  await state(page, 'ok');
  const [parameters, flop] = await totals(page);
  await page.locator('.uses a[href*="#layers="]').first().click();
  const { sum } = await besideMethod1(page);
  assert.deepEqual(sum.slice(0, 2), [parameters, flop]);
  await page.click('.tool-row a');
  await state(page, 'ok');
  assert.deepEqual(await totals(page), [parameters, flop]);
  await page.done();
});

test('a list counted at a length and a batch of its own comes back with them', async () => {
  const page = await open('?page=count');
  await page.check('[name=from][value=layers]', { force: true });
  await page.click('[data-do=article]');
  await page.fill('[name=batch]', '3');
  await page.fill('[name=seq]', '70');
  await state(page, 'ok');
  await page.waitForTimeout(900);
  const found = await totals(page);
  // The address alone brings another reader to the same numbers.
  const again = await open(await page.evaluate(() => location.search + location.hash));
  await state(again, 'ok');
  assert.deepEqual([await again.inputValue('[name=batch]'), await again.inputValue('[name=seq]')], ['3', '70']);
  assert.deepEqual(await totals(again), found);
  await again.done();
  // Beside method 1, and back in the builder.
  await page.locator('.uses a[href*="#layers="]').first().click();
  const { sum } = await besideMethod1(page);
  assert.deepEqual(sum.slice(0, 2), found);
  await page.click('.tool-row a');
  await state(page, 'ok');
  assert.equal(await page.inputValue('[name=batch]'), '3');
  assert.deepEqual(await totals(page), found);
  await page.done();
});

test('a count that no link can carry says so', async () => {
  const { deflateRawSync } = await import('node:zlib');
  const page = await open('?page=count');
  const layers = Array.from({ length: 900 }, (_, at) => ({ kind: 'linear', name: `layer ${at} of a list that has no repeats at all`, fields: { inputs: 100 + at, outputs: 7 } }));
  await drop(page, ['layers.json', JSON.stringify({ layers })]);
  await state(page, 'ok');
  await page.waitForSelector('#too-long');
  assert.match(await page.textContent('#too-long'), /longer than a link can carry \(64 KiB\)/);
  assert.equal(await page.locator('.uses a[href*="#"]').count(), 0);
  await page.done();
  // In the builder, a list that just fits, and does not once it has a length.
  const most = layers.slice(0, 596);
  most[0].name += '.'.repeat(65_530 - JSON.stringify({ layers: most }).length);
  const built = await open(`?page=count#layers=${deflateRawSync(JSON.stringify({ layers: most })).toString('base64url')}`);
  await state(built, 'ok');
  assert.equal(await built.locator('#too-long-list').count(), 0);
  await built.fill('[name=seq]', '70');
  await built.waitForSelector('#too-long-list');
  await built.waitForFunction(() => location.hash === '');
  await built.fill('[name=seq]', '');
  await built.waitForSelector('#too-long-list', { state: 'detached' });
  await built.waitForFunction(() => location.hash.startsWith('#layers='));
  await built.done();
});

test('a fragment that a stranger wrote ends in a sentence', async () => {
  const { deflateRawSync } = await import('node:zlib');
  const pack = (value) => deflateRawSync(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const huge = '9'.repeat(38);
  for (const fragment of [
    '#count=', '#layers=', '#count=!!!', '#count=AAAA', '#layers=%00', `#count=${'A'.repeat(200_000)}`,
    `#count=${pack('[')}`, `#count=${pack('null')}`, `#count=${pack({ rows: [] })}`, `#count=${pack({ rows: [[1, 2]] })}`,
    `#count=${pack({ rows: [['a', 'b', '1', '-1', '1']] })}`, `#count=${pack({ rows: [['a', 'b', '1', '1e9', '1']] })}`,
    `#count=${pack({ rows: Array(9).fill(['a', 'b', '1', huge, huge]) })}`, `#count=${pack(' '.repeat(70_000))}`,
    `#layers=${pack({ layers: [{ kind: '<img src=x onerror=alert(1)>' }] })}`, `#layers=${pack('['.repeat(60_000))}`,
  ]) {
    const page = await open(`?params=1B&data=2B${fragment}`);
    await page.waitForSelector('#tool:not([hidden]) :is(.tool-wrong, .tool-layers)');
    const text = await page.textContent('#tool .tool-body');
    assert.ok(/\.$/.test(await page.textContent('#tool .tool-body > :first-child')), `${fragment.slice(0, 60)}: ${text}`);
    assert.equal(await page.locator('#tool img').count(), 0);
    await page.done();
  }
  // Markup is text, and a thousand rows are bounded while the sum holds them all.
  const page = await open(`?params=1B&data=2B#count=${pack({ name: '<b>x</b>', rows: Array(1000).fill(['<i>' + 'p'.repeat(20), 'linear', '1', '3', '2']) })}`);
  const { rows, sum } = await besideMethod1(page);
  assert.equal(rows.length, 501);
  assert.deepEqual(sum.slice(0, 2), ['3000', '2000']);
  assert.equal(await page.locator('#tool :is(i, .note b b)').count(), 0);
  await page.done();
});

test('the count beside method 1 fits a small dark screen', async () => {
  const page = await open({ query: '?page=count', viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  await drop(page, ['config.json', LLAMA]);
  await state(page, 'ok');
  await page.locator('.uses a[href*="#count="]').first().click();
  await besideMethod1(page);
  await assertFits(page);
  await assertAccessible(page);
  await page.done();
});
