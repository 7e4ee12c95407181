// What cdk.json runs: JavaScript, so that a Node.js that cannot read TypeScript hands over to one that can.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [app, bundled] = ['./latchkey.ts', '../node_modules/.bin/node'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
// Node.js 22.18 and later: "strip", which is all that the repository's TypeScript needs.
if (process.features.typescript) {
  await import('./latchkey.ts');
} else if (existsSync(bundled)) {
  // `node_modules/.bin/cdk` by itself: `npx` would have put the bundled Node.js first.
  process.exitCode = spawnSync(bundled, [app], { stdio: 'inherit' }).status ?? 1;
} else {
  console.error(`Latchkey needs Node.js 24.7 or later (this is ${process.version})`);
  process.exitCode = 1;
}
