#!/usr/bin/env node
// Plain JavaScript, so that an older Node can run it: it looks for Node 24 and says in one sentence what is missing.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) >= MAJOR) {
  // What was compiled once is kept with the packages, so that the next command starts in half the time.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/slipway', import.meta.url)));
  await import('./main.ts');
} else {
  const bundled = fileURLToPath(new URL(`../node_modules/node-linux-${process.arch}/bin/node`, import.meta.url));
  if (existsSync(bundled)) runOn(bundled);
  else {
    console.error(`slipway needs Node ${MAJOR} or newer and this is ${process.versions.node}; run npm ci (it brings Node ${MAJOR} on Linux), or install Node ${MAJOR}.`);
    process.exitCode = 2;
  }
}

/** Runs this file on another Node, which ends as this process is told to, and with it (end-with-parent.ts). */
function runOn(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const name of signals) process.on(name, () => child.kill(name));
  child.on('exit', (status, signal) => {
    if (signal === null) process.exit(status);
    for (const name of signals) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
