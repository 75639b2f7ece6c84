#!/usr/bin/env node
// Plain JavaScript, so that an older Node can run it: it looks for Node 24 and says in one sentence what is missing.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) >= MAJOR) {
  await import('./main.ts');
} else {
  const bundled = fileURLToPath(new URL(`../node_modules/node-linux-${process.arch}/bin/node`, import.meta.url));
  if (!existsSync(bundled)) {
    console.error(`slipway needs Node ${MAJOR} or newer and this is ${process.versions.node}; run npm ci (it brings Node ${MAJOR} on Linux), or install Node ${MAJOR}.`);
    process.exit(2);
  }
  const { status, signal } = spawnSync(bundled, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  if (signal) process.kill(process.pid, signal);
  process.exit(status ?? 1);
}
