// Counts through the JavaScript module of dist/, in Node.js: what a program gets, whatever it hands over.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { dist, root } from './harness.mjs';

const module = await import(pathToFileURL(path.join(dist, 'training-compute.js')));
await module.default({ module_or_path: readFileSync(path.join(dist, 'training-compute_bg.wasm')) });

const onnx = path.join(root, 'crates/onnx/tests/data/onnx');
const headers = path.join(root, 'crates/weights/tests/data/headers');
const bytes = (file) => new Uint8Array(readFileSync(file));
const GPT2 = '{"model_type":"gpt2","architectures":["GPT2LMHeadModel"],"vocab_size":50257,"n_positions":1024,"n_embd":768,"n_layer":12,"n_head":12}';
const LLAMA = '{"model_type":"llama","hidden_size":4096,"intermediate_size":11008,"num_hidden_layers":32,"num_attention_heads":32,"vocab_size":32000}';

/** The groups add up to the totals, digit by digit. */
function assertAddsUp(count, title) {
  const sum = (key) => count.groups.reduce((total, group) => total + BigInt(group[key]), 0n).toString();
  assert.equal(sum('parametersExact'), count.parametersExact, title);
  assert.equal(sum('forwardFlopExact'), count.forwardFlopExact, title);
  assert.equal(Number(count.forwardFlopExact), count.forwardFlop, title);
  assert.ok(count.forwardFlopCausal <= count.forwardFlop, title);
}

test('a config is counted to the last digit', () => {
  const count = module.count(GPT2);
  assert.equal(count.source, 'config');
  assert.equal(count.parameters, 124439808);
  assert.equal(count.inputEmbeddingParameters, 50257 * 768);
  // 1024 tokens: projections and feed-forward, attention in full, the tied head.
  assert.equal(count.forwardFlop, 12 * (2 * 1024 * 12 * 768 * 768 + 4 * 1024 * 1024 * 768) + 2 * 1024 * 768 * 50257);
  assert.equal(count.forwardFlop - count.forwardFlopCausal, 12 * 4 * 768 * (1024 * 1024 - 1024 * 1025 / 2));
  assert.equal(count.tokens, 1024);
  assertAddsUp(count, 'gpt2');
  const short = module.count(GPT2, { sequenceLength: 1 });
  assert.equal(short.forwardFlop, 12 * (2 * 12 * 768 * 768 + 4 * 768) + 2 * 768 * 50257);
  const many = module.count(GPT2, { sequenceLength: 1, batch: 8 });
  assert.equal(many.forwardFlop, 8 * short.forwardFlop);
  assert.equal(many.parameters, count.parameters);
});

test('every small ONNX file is counted, and open sizes are asked for by name', () => {
  const table = readFileSync(path.join(root, 'crates/onnx/tests/data/onnx.tsv'), 'utf8');
  let files = 0;
  for (const line of table.split('\n')) {
    const [name, shapes, parameters, flop] = line.split('\t');
    if (!readdirSync(onnx).includes(name)) continue;
    files += 1;
    const count = module.count(bytes(path.join(onnx, name)), { inputs: shapes ? JSON.parse(shapes) : undefined });
    assert.equal(count.source, 'onnx');
    assert.equal(count.parameters, Number(parameters), name);
    assert.ok(Math.abs(count.forwardFlop - Number(flop)) <= 1e-3 * Number(flop), `${name}: ${count.forwardFlop}, not ${flop}`);
    assertAddsUp(count, name);
  }
  assert.ok(files > 20, `${files} files`);
  const open = module.count(bytes(path.join(onnx, 'transformer_block_opset17.onnx')));
  assert.deepEqual(open.needs.map(({ name }) => name).sort(), ['batch', 'sequence']);
  const given = module.count(bytes(path.join(onnx, 'transformer_block_opset17.onnx')), { inputs: { batch: [1], sequence: 50 } });
  assert.deepEqual(given.needs, []);
  assert.ok(given.forwardFlop > 0);
});

test('headers of weights give exact parameters, and the forward FLOP of what they tell', () => {
  for (const name of readdirSync(headers)) {
    const count = module.count(bytes(path.join(headers, name)), { name: name.replace(/\.header$/, '') });
    assertAddsUp(count, name);
  }
  const gguf = module.count(bytes(path.join(headers, 'mixtral-8x7b-q4_k_m.gguf.header')));
  assert.equal(gguf.source, 'gguf');
  assert.equal(gguf.parameters, 46702792704);
  assert.equal(gguf.activeParameters, 12879925248);
  assert.ok(gguf.forwardFlop > 0);
  const qwen = module.count(bytes(path.join(headers, 'qwen3-0.6b.safetensors.header')));
  assert.equal(qwen.source, 'safetensors');
  assert.equal(qwen.parameters, 596049920);
  assert.equal(qwen.forwardFlop, module.count('{"model_type":"qwen3","architectures":["Qwen3ForCausalLM"],"vocab_size":151936,"hidden_size":1024,"intermediate_size":3072,"num_hidden_layers":28,"num_attention_heads":16,"num_key_value_heads":8,"head_dim":128,"tie_word_embeddings":true}', { sequenceLength: qwen.tokens }).forwardFlop);
});

test('what is no model says what it is and what would do', () => {
  const refused = (input, options) => {
    try {
      module.count(input, options);
    } catch (error) {
      assert.ok(error instanceof Error && !(error instanceof TypeError), String(error));
      for (const key of ['code', 'found', 'remedy']) assert.ok(error[key], `${key} of ${error}`);
      assert.match(error.code, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      assert.equal(error.message, `${error.found} ${error.remedy}`);
      return error.code;
    }
    return assert.fail(`counted ${String(input).slice(0, 40)}`);
  };
  const text = (letters) => new TextEncoder().encode(letters);
  for (const [input, code] of [
    ['', 'empty'],
    ['<!DOCTYPE html><title>404</title>', 'html'],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n', 'lfs-pointer'],
    ['{"model_type":', 'not-json'],
    ['{"model_type":"nobody"}', 'unknown-model-type'],
    ['{"hello":1}', 'no-model-type'],
    ['[1, 2]', 'not-a-config'],
    ['{"a":'.repeat(5000), 'not-json'],
    [new Uint8Array([0x80, 2, 0x63]), 'pickle'],
    [text('PK\u0003\u0004data.pkl'), 'pickle'],
    [new Uint8Array([0x1f, 0x8b, 8, 0]), 'compressed'],
    [bytes(path.join(onnx, 'cnn_opset13.onnx')).subarray(0, 30000), 'truncated'],
    [bytes(path.join(headers, 'qwen3-0.6b.safetensors.header')).subarray(0, 900), 'truncated'],
    ['{"layers":[{"kind":"nothing"}]}', 'unknown-layer'],
  ]) {
    assert.equal(refused(input), code);
  }
});

test('a wrong type is a TypeError that names the field', () => {
  for (const [run, field] of [
    [() => module.count(5), /^input: /],
    [() => module.count(null), /^input: /],
    [() => module.count('{}', { sequenceLength: 'long' }), /^sequenceLength: /],
    [() => module.count('{}', { sequenceLength: -1 }), /^sequenceLength: /],
    [() => module.count('{}', { batch: 1.5 }), /^batch: /],
    [() => module.count('{}', { inputs: { x: ['a'] } }), /^inputs\.x: .*whole number/],
    [() => module.count('{}', { part: 'legs' }), /^part: /],
    [() => module.trainingFlop(module.count(GPT2), { mode: 'half' }), /^mode: /],
    [() => module.decodeLayers(7), /^fragment: /],
  ]) {
    assert.throws(run, (error) => error instanceof TypeError && field.test(error.message));
  }
});

test('a file is asked for by ranges, whoever holds it', async () => {
  const name = path.join(onnx, 'basic_pitch_nmp.onnx');
  const whole = bytes(name);
  const want = module.count(whole);
  const blob = await module.countFile(new Blob([whole]));
  assert.equal(blob.forwardFlopExact, want.forwardFlopExact);
  let asked = 0;
  const steps = [];
  const own = await module.countFile({
    size: whole.length,
    async slice(from, to) {
      assert.ok(from < to && to <= whole.length, `${from} to ${to}`);
      asked += to - from;
      return whole.slice(from, to);
    },
  }, { onProgress: (progress) => steps.push(progress) });
  assert.equal(own.forwardFlopExact, want.forwardFlopExact);
  assert.equal(own.read.bytes, asked);
  assert.equal(own.read.size, whole.length);
  assert.ok(steps.length > 0 && steps.every(({ position, size, bytes: read }, at) => position <= size && size === whole.length && read >= (steps[at - 1]?.bytes ?? 0)));
  // At once as well as by a promise.
  const sync = await module.countFile({ size: whole.length, slice: (from, to) => whole.slice(from, to) });
  assert.equal(sync.forwardFlopExact, want.forwardFlopExact);
});

test('weights are never read, however large the file says it is', async () => {
  const header = readFileSync(path.join(headers, 'qwen3-0.6b.safetensors.header'));
  const size = header.length + 596049920 * 2;
  let asked = 0;
  const count = await module.countFile({
    name: 'model.safetensors',
    size,
    slice(from, to) {
      asked += to - from;
      const out = new Uint8Array(to - from);
      out.set(header.subarray(from, Math.min(to, header.length)));
      return out;
    },
  });
  assert.equal(count.parameters, 596049920);
  assert.ok(asked < header.length + 300e3, `${asked} of ${size} bytes`);
});

test('2 GB of ONNX in 20 000 matrices take less than 32 MB of memory', async () => {
  const varint = (n) => { const out = []; for (; n >= 128; n = Math.floor(n / 128)) out.push((n % 128) + 128); return [...out, n]; };
  const field = (number, content) => [...varint(number * 8 + 2), ...varint(content.length), ...content];
  const text = (number, value) => field(number, [...Buffer.from(value)]);
  const size = (n) => field(1, [8, ...varint(n)]);
  const layers = 20000;
  const width = 160;
  const data = width * width * 4;
  const pieces = [];
  for (let layer = 0; layer < layers; layer += 1) {
    const names = [text(1, layer ? `h${layer - 1}` : 'x'), text(1, `layers.${layer}.w`), text(2, `h${layer}`), text(3, `/layers.${layer}/MatMul`), text(4, 'MatMul')];
    pieces.push([field(1, names.flat()), 0]);
  }
  for (let layer = 0; layer < layers; layer += 1) {
    const tensor = [8, ...varint(width), 8, ...varint(width), 16, 1, ...text(8, `layers.${layer}.w`), 74, ...varint(data)];
    pieces.push([[42, ...varint(tensor.length + data), ...tensor], data]);
  }
  pieces.push([field(11, [...text(1, 'x'), ...field(2, field(1, [8, 1, ...field(2, [...size(10), ...size(width)])]))]), 0]);
  const graph = pieces.reduce((sum, [head, more]) => sum + head.length + more, 0);
  pieces.unshift([[8, 9, 66, 4, 10, 0, 16, 17, 58, ...varint(graph)], 0]);
  let end = 0;
  const starts = pieces.map(([head, more]) => { const start = end; end += head.length + more; return start; });
  assert.ok(end > 2e9);
  const slice = (from, to) => {
    const out = new Uint8Array(to - from);
    let low = 0;
    for (let high = starts.length; high - low > 1;) { const middle = (low + high) >> 1; if (starts[middle] <= from) low = middle; else high = middle; }
    for (let at = low; at < starts.length && starts[at] < to; at += 1) {
      const head = pieces[at][0].slice(Math.max(0, from - starts[at]), Math.max(0, to - starts[at]));
      out.set(head, Math.max(0, starts[at] - from));
    }
    return out;
  };
  // An instance of its own, whose memory nothing else has grown.
  const fresh = await import(`${pathToFileURL(path.join(dist, 'training-compute.js'))}?memory`);
  const { memory } = await fresh.default({ module_or_path: readFileSync(path.join(dist, 'training-compute_bg.wasm')) });
  const before = memory.buffer.byteLength;
  const count = await fresh.countFile({ name: 'large.onnx', size: end, slice });
  assert.equal(count.parameters, layers * width * width);
  assert.equal(count.forwardFlop, 2 * 10 * layers * width * width);
  assert.ok(count.read.bytes * 100 < end, `${count.read.bytes} of ${end} bytes`);
  const held = memory.buffer.byteLength;
  console.log(`# memory of the module: ${(before / 1e6).toFixed(1)} MB before, ${(held / 1e6).toFixed(1)} MB after`);
  assert.ok(held < 32e6, `${held} bytes`);
});

test('shards, index and config are one model; what is not needed is named', async () => {
  const file = (name, contents) => Object.assign(new Blob([contents]), { name });
  const header = readFileSync(path.join(headers, 'qwen3-0.6b.safetensors.header'));
  const config = '{"model_type":"qwen3","architectures":["Qwen3ForCausalLM"],"vocab_size":151936,"hidden_size":1024,"intermediate_size":3072,"num_hidden_layers":28,"num_attention_heads":16,"num_key_value_heads":8,"head_dim":128,"tie_word_embeddings":true}';
  const count = await module.countFiles([file('config.json', config), file('model.safetensors', header), file('training_args.bin', new Uint8Array([0x80, 2]))], { sequenceLength: 128 });
  assert.equal(count.parameters, 596049920);
  assert.equal(count.tokens, 128);
  assert.ok(count.problems.some(({ code, message }) => code === 'file-passed-over' && message.includes('training_args.bin')));
  assertAddsUp(count, 'together');
  await assert.rejects(module.countFiles([file('a/config.json', GPT2), file('b/config.json', LLAMA)]), { code: 'several-models' });
  await assert.rejects(module.countFiles([]), { code: 'nothing-to-count' });
  await assert.rejects(module.countFiles('x'), TypeError);
  await assert.rejects(module.countFiles([{ size: 5 }]), /^TypeError: files\[0\]: /);
});

test('a read can be ended, and fails with what reading failed with', async () => {
  const controller = new AbortController();
  let ranges = 0;
  const endless = {
    size: 2 ** 40,
    async slice(from, to) {
      if (++ranges === 3) controller.abort(new Error('enough'));
      // Messages of an ONNX model's metadata without end: field 14, four bytes each.
      return Uint8Array.from({ length: to - from }, (_, at) => [0x72, 2, 0x0a, 0][(from + at) % 4]);
    },
  };
  await assert.rejects(module.countFile({ ...endless, name: 'endless.onnx' }, { signal: controller.signal }), /enough/);
  assert.ok(ranges <= 4, `${ranges} ranges after the end`);
  await assert.rejects(module.countFile({ size: 10, slice: () => Promise.reject(new Error('the disk is gone')) }), /the disk is gone/);
  await assert.rejects(module.countFile({ size: 10, slice: () => 'text' }), TypeError);
});

test('training FLOP follows what is trained', () => {
  const count = module.count(LLAMA, { sequenceLength: 2048 });
  const all = module.trainingFlop(count, { mode: 'all', recompute: 'full' });
  assert.equal(all.trainingFlopExact, (3n * BigInt(count.forwardFlopExact)).toString());
  assert.equal(all.executedFlopExact, (4n * BigInt(count.forwardFlopExact)).toString());
  assert.equal(all.backwardRatio, 2);
  const forward = module.trainingFlop(count, { mode: 'forward' });
  assert.equal(forward.trainingFlop, count.forwardFlop);
  const lora = module.trainingFlop(count, { mode: 'lora', rank: 16, targets: ['attention'] });
  assert.equal(lora.adapterParameters, 32 * 4 * 16 * (4096 + 4096));
  assert.ok(lora.trainingFlop > 2 * count.forwardFlop && lora.trainingFlop < 2.2 * count.forwardFlop);
  const frozen = module.trainingFlop(count, { mode: 'frozen', frozen: ['model.embed_tokens', 'model.layers', 'model.norm'] });
  assert.equal(frozen.trainableParameters, 4096 * 32000);
  assert.equal(frozen.backwardFlop, 2 * 2 * 2048 * 4096 * 32000);
  const causal = module.trainingFlop(count, { mode: 'all', causal: true });
  assert.equal(causal.trainingFlop, 3 * count.forwardFlopCausal);
  assert.equal(all.steps.at(-1).valueExact, all.executedFlopExact);
  assert.throws(() => module.trainingFlop(count, { mode: 'lora', targets: ['nothing'] }), { code: 'no-matrices' });
});

test('lists of layers are counted, packed and unpacked', () => {
  const article = module.articleLayers();
  assert.equal(module.countLayers(article).forwardFlop, 29424890880);
  assert.equal(module.count(JSON.stringify(article)).forwardFlop, 29424890880);
  const packed = module.encodeLayers(article);
  assert.match(packed, /^[A-Za-z0-9_-]+$/);
  assert.deepEqual(module.decodeLayers(packed), article);
  assert.deepEqual(module.decodeLayers(`#layers=${packed}`), article);
  for (const kind of module.layerKinds()) {
    const count = module.countLayers([{ kind: kind.id }], { sequenceLength: 8 });
    assertAddsUp(count, kind.id);
    assert.ok(kind.name && kind.formula && kind.source && Array.isArray(kind.fields), kind.id);
  }
  assert.throws(() => module.encodeLayers({ layers: Array(9000).fill({ kind: 'linear' }) }), { code: 'layers-too-long' });
  for (let end = 0; end < packed.length; end += 1) {
    try {
      module.decodeLayers(packed.slice(0, end));
    } catch (error) {
      assert.equal(error.code, 'layers-unreadable');
    }
  }
});

test('numbers beyond 2^53 keep every digit as text', () => {
  const huge = module.countLayers([{ kind: 'linear', repeat: 1000003, fields: { inputs: 1000003, outputs: 1000003, bias: false } }], { sequenceLength: 7 });
  assert.equal(huge.parametersExact, (1000003n ** 3n).toString());
  assert.equal(huge.forwardFlopExact, (14n * 1000003n ** 3n).toString());
  assertAddsUp(huge, 'huge');
});
