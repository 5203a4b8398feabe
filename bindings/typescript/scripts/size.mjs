// Prints how large the client is, bundled and minified: npm run size
import { gzipSync } from 'node:zlib';

import { bundle, PROGRAMS } from './bundle.mjs';

const size = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;

for (const program of Object.keys(PROGRAMS)) {
  const text = await bundle(program);
  const [plain, zipped] = [Buffer.byteLength(text), gzipSync(text).length];
  console.log(
    `${program.padEnd(8)} ${size(plain).padStart(8)} minified ${size(zipped).padStart(8)} gzipped`,
  );
}
