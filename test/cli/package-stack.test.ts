import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packageStack } from '../../cli/sandbox/package-stack.ts';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'slipway-project-'));
  symlinkSync(MODULES, join(project, 'node_modules'));
  writeFileSync(join(project, 'package.json'), '{}');
  writeFileSync(join(project, 'one.ts'), "export { handler } from './absent.ts';\n");
});
afterEach(() => rmSync(project, { recursive: true }));

it.each([
  ['names a file that is not there', 'service: slipway\nprovider: { name: aws, runtime: nodejs24.x }\nresources: ["${file(missing.yml)}"]\n', /resources\.0/],
  ['has a handler that imports nothing', 'service: slipway\nprovider: { name: aws, runtime: nodejs24.x }\nplugins: [serverless-esbuild]\nfunctions: { one: { handler: one.handler } }\n', /one\.ts:1:24: ERROR: Could not resolve ".\/absent.ts"; correct/],
  ['is no YAML', 'service: [', /serverless\.yml/],
])('says in one sentence why a stack that %s can not be packaged', { timeout: 60_000 }, async (_, file, reason) => {
  writeFileSync(join(project, 'serverless.yml'), file);
  const message = await packageStack('sandbox', project).then(() => 'packaged', (error: Error) => error.message);
  expect(message).toMatch(/^The stack could not be packaged: [^\n]+; correct it; npx serverless package shows all that Serverless says\.$/);
  expect(message).toMatch(reason);
});
