// Chooses what to load. A classic script in the head, so that it also runs where the page is framed in a sandbox (there a
// module script would need CORS headers) and before the first paint. The build writes the names of the files into the
// attributes of this script's tag (xtask/src/hooks.rs).
//
// On <html> it sets, for the style sheet and the programs:
//   data-page    the place asked for by ?page=, absent on the calculator
//   data-embed   present when ?embed=1
//   data-theme   "light" or "dark" when forced by ?theme= or kept from the last visit, else absent
//   data-query   present when the address carries anything
//   data-failed  "load" when a program could not start, "stopped" when it broke down later
// The program sets data-ready. `trainingCompute.catalog()` gives it the text of the tables, as a promise; `trainingCompute.text(file)`
// that of any file beside the page; `trainingCompute.module()` the JavaScript module, started.
// A button with data-tool="NAME" opens a tool of quoting in #tool: `trainingCompute.tool(NAME)` loads their program once, which
// hears the event training-compute:tool. It gives the calculator a query by the event training-compute:fill. An address with a
// count of layers in its fragment opens the tool that shows them.
'use strict';
(() => {
  const root = document.documentElement;
  const tag = document.currentScript;
  const files = tag.dataset;
  const at = (name) => new URL(name, tag.src).href;
  const here = at('./');

  // Of a key that stands twice, the last counts, here as in every link.
  const query = new URLSearchParams(location.search);
  const last = (key) => query.getAll(key).pop() ?? '';
  const page = last('page');
  const embed = last('embed') === '1';
  let theme = last('theme');
  if (!theme && !embed) {
    try { theme = localStorage.getItem('theme'); } catch { /* Storage throws where it is switched off. */ }
  }
  const known = /^(count|batch|examples|hardware|models|method)$/.test(page);
  if (embed) root.dataset.embed = '';
  else if (known) root.dataset.page = page;
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  if (location.search.length > 1) root.dataset.query = '';

  const fail = (kind) => (error) => {
    root.dataset.failed = kind;
    console.error(error);
  };
  // A program that trapped answers to nothing any more; the page must say so.
  const trapped = (error) => {
    if (window.WebAssembly && error instanceof WebAssembly.RuntimeError) root.dataset.failed = 'stopped';
  };
  addEventListener('error', (event) => trapped(event.error));
  addEventListener('unhandledrejection', (event) => trapped(event.reason));

  // The only way from text to markup or to a script's address. Leptos makes its static markup from constants; nothing that
  // was typed or came in a link passes here, and if it did, nothing active would get through.
  const active = /<\s*\/?\s*(script|i?frame|object|embed|applet|meta|link|base|style|foreignobject|use|animate|set)\b|<[^>]*(\son[a-z]+\s*=|javascript:|srcdoc)/i;
  window.trustedTypes?.createPolicy('default', {
    createHTML: (text) => (active.test(text) ? null : text),
    createScriptURL: (address) => (new URL(address, document.baseURI).href.startsWith(here) ? address : null),
  });

  const parsed = new Promise((done) => {
    if (document.readyState !== 'loading') done();
    else addEventListener('DOMContentLoaded', done);
  });

  let tables, module, tools, settle;
  const ready = new Promise((done) => { settle = done; });
  const text = async (file) => {
    const answer = await fetch(at(file));
    if (!answer.ok) throw new Error(`${answer.status} for ${answer.url}`);
    return answer.text();
  };
  const trainingCompute = (window.trainingCompute = {
    text,
    catalog: () => (tables ??= text(files.catalog).catch((error) => {
      // Asked again, it tries again.
      tables = undefined;
      throw error;
    })),
    module: () => (module ??= import(at('training-compute.js')).then(async (exports) => {
      await exports.default();
      return exports;
    }).catch((error) => {
      module = undefined;
      throw error;
    })),
    tool: async (name) => {
      await ready;
      try {
        await (tools ??= load(files.quoteJs, files.quoteWasm, files.quoteCss));
        document.dispatchEvent(new CustomEvent('training-compute:tool', { detail: name }));
      } catch (error) {
        tools = undefined;
        const place = document.getElementById('tool');
        place.textContent = 'This part could not be loaded: the host or the network did not give it. Press the button again to try again.';
        place.hidden = false;
        console.error(error);
      }
    },
  });
  addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-tool], [data-picture]');
    const { tool, picture } = button?.dataset ?? {};
    if (tool) trainingCompute.tool(tool);
    if (picture) import(at('picture.js')).then((module) => module.save(picture, button.value)).catch(console.error);
  });

  // The places' own style sheet: there before the program shows anything, and not carried by the first visit.
  const style = (file) => new Promise((done, failed) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.onload = done;
    link.onerror = () => failed(new Error(`no ${file}`));
    link.href = at(file);
    document.head.append(link);
  });

  const load = async (js, wasm, ...sheets) => {
    const [program, answer] = await Promise.all([import(at(js)), fetch(at(wasm)), parsed, ...sheets.map(style)]);
    if (!answer.ok) throw new Error(`${answer.status} for ${answer.url}`);
    return program.default({ module_or_path: answer });
  };

  // What is not seen before the page answers. Without it the page is plain, and still works.
  const restStyle = () => style(files.restCss).catch(() => {});

  // The calculator's program comes in two parts (tools/src/bin/wasm-split): what a first visit runs, and the rest, which starts when
  // the page answers. With a link, which may name anything, and from the files kept for offline use, both start together.
  let started;
  const start = (module, first) => {
    // What is shared has a name, functions a place in the table.
    const shared = { get: (exports, name) => exports[name] ?? exports['-table'].get(name) };
    if (!started && module) new WebAssembly.Instance(module, { first: new Proxy(first, shared) });
    started = true;
    // Said when nothing of the program is running.
    queueMicrotask(() => document.dispatchEvent(new Event('training-compute:rest')));
  };
  const rest = async () => {
    const answer = await fetch(at(files.pageRest));
    if (!answer.ok) throw new Error(`${answer.status} for ${answer.url}`);
    return WebAssembly.compile(await answer.arrayBuffer());
  };
  // Whatever needs the rest before it has come, or where it did not come, waits for it here.
  trainingCompute.rest = (first) => {
    try {
      const request = new XMLHttpRequest();
      request.open('GET', at(files.pageRest), false);
      // One letter a byte: a request that is waited for may not ask for a buffer.
      request.overrideMimeType('text/plain; charset=x-user-defined');
      request.send();
      start(new WebAssembly.Module(Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0))), first);
    } catch (error) {
      fail('stopped')(error);
      throw error;
    }
  };
  const calculator = async () => {
    let kept;
    try { kept = navigator.serviceWorker?.controller; } catch { /* In a sandbox. */ }
    const whole = files.pageRest && (location.search.length > 1 || kept);
    const [first, module] = await Promise.all([load(files.pageJs, files.pageWasm), whole && rest(), whole && restStyle()]);
    if (whole) start(module, first);
    first.begin();
    await ready;
    // A count of layers came with the link: it stands beside the estimate.
    if (/^#(layers|count)=/.test(location.hash)) trainingCompute.tool('layers');
    if (whole) start(module, first);
    else setTimeout(() => Promise.all([files.pageRest && rest(), restStyle()]).then(([module]) => start(module, first), () => {}), 250);
  };

  if (embed) {
    // Called at the end of embed.js, which carries the program and the tables as text.
    trainingCompute.start = (init, wasm, catalog) => {
      tables = Promise.resolve(catalog);
      const bytes = Uint8Array.from(atob(wasm), (letter) => letter.charCodeAt(0));
      Promise.all([parsed, restStyle()]).then(() => init({ module_or_path: bytes })).catch(fail('load'));
    };
    const script = document.createElement('script');
    script.onerror = fail('load');
    script.src = at(files.embedJs);
    document.head.append(script);
    return;
  }

  (known ? load(files.placesJs, files.placesWasm, files.restCss, files.placesCss) : calculator()).catch(fail('load'));

  // Offline use is for those who come again: it costs nothing before somebody has stayed for a while or put the page aside.
  const keep = () => {
    removeEventListener('visibilitychange', keep);
    clearTimeout(later);
    if (files.offline === undefined || navigator.connection?.saveData) return;
    try {
      navigator.serviceWorker?.register(at('./sw.js'), { updateViaCache: 'none' }).catch(() => {});
    } catch { /* Switched off. */ }
  };
  let later;
  const watch = new MutationObserver(() => {
    if (root.dataset.ready === undefined) return;
    watch.disconnect();
    settle();
    later = setTimeout(() => (window.requestIdleCallback ?? keep)(keep), 15000);
    addEventListener('visibilitychange', keep);
  });
  watch.observe(root, { attributeFilter: ['data-ready'] });
})();
