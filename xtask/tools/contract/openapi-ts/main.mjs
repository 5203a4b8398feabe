// Reports what the generated client makes of each case.
import { readFileSync, writeFileSync } from 'node:fs';
import { run } from './dist/call.js';

const report = [];
for (const one of JSON.parse(readFileSync('cases.json', 'utf8'))) {
  report.push(await run(one).catch((error) => ({ name: one.name, error: String(error) })));
}
writeFileSync('decoded.jsonl', report.map((line) => `${JSON.stringify(line)}\n`).join(''));
