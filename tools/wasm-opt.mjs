// wasm-opt for trunk and the build's hook: binaryen's JavaScript build, with a memory. It takes 10 to 20 seconds a file and
// gives the same bytes for the same input, so results are kept in $TRAINING_COMPUTE_WASM_OPT, where xtask sets it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const binaryen = path.join(path.dirname(fileURLToPath(import.meta.url)), '../node_modules/binaryen');
// Rust's stack lies lowest in memory, so no address of a value is below 1024: offsets may be folded into loads and stores.
const words = ['--converge', '--low-memory-unused', ...process.argv.slice(2)];
const run = () => {
  const done = spawnSync(process.execPath, [path.join(binaryen, 'bin/wasm-opt'), ...words], { stdio: 'inherit' });
  return done.status ?? 1;
};

const short = words.indexOf('-o');
const long = words.find((word) => word.startsWith('--output='));
const output = long?.slice('--output='.length) ?? words[short + 1];
const input = words.findLast
  ? words.findLast((word, i) => !word.startsWith('-') && i !== short + 1)
  : words.filter((word, i) => !word.startsWith('-') && i !== short + 1).pop();
const folder = process.env.TRAINING_COMPUTE_WASM_OPT;
if (!folder || !(long || short >= 0) || !input || !existsSync(input)) process.exit(run());

const hash = createHash('sha256');
hash.update(JSON.parse(readFileSync(path.join(binaryen, 'package.json'), 'utf8')).version);
hash.update(JSON.stringify(words.filter((word) => word.startsWith('-') && word !== '-o' && word !== long)));
hash.update(readFileSync(input));
const kept = path.join(folder, hash.digest('hex') + '.wasm');
if (!existsSync(kept)) {
  const status = run();
  if (status !== 0) process.exit(status);
  mkdirSync(folder, { recursive: true });
  copyFileSync(output, kept + '.' + process.pid);
  renameSync(kept + '.' + process.pid, kept);
} else {
  copyFileSync(kept, output);
}
