// Unpacks the Chromium of the npm package @sparticuz/chromium, with the libraries and fonts that a bare system lacks:
//   node tools/chromium.mjs <folder with node_modules> <folder to fill>
// Its own unpacker puts the libraries only where it believes to run on a cloud function, so the archives are read here.
import { createReadStream, createWriteStream, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';

const [npm, to] = process.argv.slice(2);
if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(`The packaged Chromium is for Linux on x64, and this is ${process.platform} on ${process.arch}: set CHROME to a Chromium or Chrome.`);
  process.exit(1);
}
const from = path.join(npm, 'node_modules/@sparticuz/chromium/bin');
const { extract } = createRequire(path.join(npm, 'x.js'))('tar-fs');
const unpack = (name, end) => pipeline(createReadStream(path.join(from, name)), createBrotliDecompress(), end);

await unpack('chromium.br', createWriteStream(path.join(to, 'chromium')));
chmodSync(path.join(to, 'chromium'), 0o755);
await unpack('al2023.tar.br', extract(to));
await unpack('swiftshader.tar.br', extract(to));
await unpack('fonts.tar.br', extract(path.join(to, 'fonts')));
// A system without any font would draw no text at all. The folder is moved when it is complete: name it relatively.
const conf = path.join(to, 'fonts/fonts.conf');
writeFileSync(conf, readFileSync(conf, 'utf8').replace(/<dir>[^<]*<\/dir>/, '<dir prefix="relative">fonts</dir>').replace(/<cachedir>[^<]*<\/cachedir>/, '<cachedir prefix="relative">cache</cachedir>'));
