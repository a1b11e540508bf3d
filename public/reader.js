// The worker behind ?page=count, started when the first file is dropped or text is given: it loads the JavaScript module and
// answers calls of its exports. So a long read never holds the page up, and the page ends it by ending the worker.
//
//   { id, call, args }             calls an export; answers { id, value } or { id, error: { name, code, found, remedy, message } }
//   { id, call: "files", args: [[File, …], options] }    countFiles, with { id, progress: { position, size, bytes } } on the way;
//                                  where the files are of several models, { id, value: [{ name, value } or { name, error }, …] }
//
// Tells { ready: true } or { failed: message } first.
import init, * as module from './training-compute.js';

/** A file is read synchronously: thousands of small ranges cost no turn of the event loop each. */
const source = (file) => ({
  name: file.name,
  size: file.size,
  slice: (from, to) => new Uint8Array(new FileReaderSync().readAsArrayBuffer(file.slice(from, to))),
});

const plain = (error) => ({
  name: String(error?.name ?? 'Error'), code: error?.code ?? '', found: error?.found ?? '', remedy: error?.remedy ?? '',
  message: String(error?.message ?? error),
});

const files = async (id, [list, options]) => {
  let told = performance.now();
  const onProgress = (progress) => {
    const now = performance.now();
    if (now - told < 60) return;
    told = now;
    postMessage({ id, progress });
  };
  const count = (some) => module.countFiles(some.map(source), { ...options, onProgress });
  try {
    return await count(list);
  } catch (error) {
    if (error?.code !== 'several-models') throw error;
    const all = [];
    for (const file of list) {
      try {
        all.push({ name: file.name, value: await count([file]) });
      } catch (one) {
        all.push({ name: file.name, error: plain(one) });
      }
    }
    return all;
  }
};

const started = init();
started.then(() => postMessage({ ready: true }), (error) => postMessage({ failed: String(error?.message ?? error) }));

addEventListener('message', async ({ data: { id, call, args } }) => {
  try {
    await started;
    postMessage({ id, value: await (call === 'files' ? files(id, args) : module[call](...args)) });
  } catch (error) {
    postMessage({ id, error: plain(error) });
  }
});
