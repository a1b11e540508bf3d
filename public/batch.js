// The worker behind ?page=batch, started when the first table comes: it loads the JavaScript module, reads the table piece by
// piece, and keeps its rows; the page asks for those that it shows. So neither a long file nor its order ever holds the page up.
//
//   { read: File or text, today, base }      reads; what was read before is dropped
//   { cancel: true }                         stops behind the piece that is being read; the rows so far stay
//   { rows: { by, descending, from, count }, id }    answers { rows: […], id }
//   { save: true }                           answers { saved: Blob }, all results as CSV
//
// Tells { ready: true } or { failed: message } first; while reading { progress: { position, size }, state }, at the end
// { ended: "done" or "cancelled" or "refused", state }, or { unread: message } where the file could not be read on.
import init, { Batch } from './training-compute.js';

/** Characters a piece: some hundred rows, so that cancelling is heard within a twentieth of a second. */
const PIECE = 1 << 15;

let batch;
let parts = [];
/** The number of the read that counts: an older one stops. */
let run = 0;
let cancelled = false;

/** Lets messages in: a timer would wait for milliseconds. */
const channel = new MessageChannel();
let resume;
channel.port1.onmessage = () => resume();
const breath = () => new Promise((done) => { resume = done; channel.port2.postMessage(0); });

/** Text of a file by its byte order mark: what Excel calls Unicode text is UTF-16. */
async function* chunks(source) {
  if (typeof source === 'string') {
    yield { text: source, bytes: source.length };
    return;
  }
  const [first, second] = new Uint8Array(await source.slice(0, 2).arrayBuffer());
  const label = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  const decoder = new TextDecoder(label);
  const reader = source.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    yield { text: decoder.decode(value, { stream: true }), bytes: value.length };
  }
  yield { text: decoder.decode(), bytes: 0 };
}

const size = (source) => (typeof source === 'string' ? source.length : source.size);

async function read({ read: source, today, base }) {
  const own = ++run;
  cancelled = false;
  batch?.free();
  batch = new Batch(today, base);
  parts = [Batch.header()];
  let lines = '';
  const keep = (text) => {
    lines += text;
    // Blobs lie outside of the program's memory.
    if (lines.length > 1 << 20) {
      parts.push(new Blob([lines]));
      lines = '';
    }
  };
  const whole = { position: 0, size: size(source) };
  let told = 0;
  reading: for await (const { text, bytes } of chunks(source)) {
    if (own !== run) return;
    for (let at = 0; at < text.length; at += PIECE) {
      keep(batch.push(text.slice(at, at + PIECE)));
      whole.position += (bytes * Math.min(PIECE, text.length - at)) / text.length;
      const now = performance.now();
      if (now - told > 80) {
        told = now;
        postMessage({ progress: { ...whole }, state: batch.state() });
      }
      await breath();
      if (own !== run) return;
      if (cancelled || batch.state().done) break reading;
    }
  }
  if (own !== run) return;
  if (!cancelled) keep(batch.finish());
  if (lines) parts.push(new Blob([lines]));
  const state = batch.state();
  postMessage({ ended: cancelled ? 'cancelled' : state.refused && !state.rows ? 'refused' : 'done', state });
}

const started = init();
started.then(() => postMessage({ ready: true }), (error) => postMessage({ failed: String(error?.message ?? error) }));

addEventListener('message', async ({ data }) => {
  try {
    await started;
  } catch {
    return;
  }
  if (data.cancel) cancelled = true;
  else if (data.rows) {
    const { by, descending, from, count } = data.rows;
    postMessage({ rows: batch ? batch.rows(by, descending, from, count) : [], id: data.id });
  } else if (data.save) postMessage({ saved: new Blob(parts, { type: 'text/csv;charset=utf-8' }) });
  else if (data.read !== undefined) {
    await read(data).catch((error) => postMessage({ unread: String(error?.message ?? error), state: batch?.state() }));
  }
});
