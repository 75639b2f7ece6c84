import { ESLint } from 'eslint';
import { beforeAll, describe, expect, it } from 'vitest';

let eslint: ESLint;

beforeAll(() => {
  // Bad examples are text under a made-up path; rules that need types are switched off for it, all others are the project's own.
  eslint = new ESLint({ overrideConfig: [{ files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: false } }, ...typeAwareRulesOff() }] });
});

function typeAwareRulesOff() {
  const rules = [
    'await-thenable', 'no-array-delete', 'no-base-to-string', 'no-duplicate-type-constituents', 'no-floating-promises', 'no-for-in-array', 'no-implied-eval',
    'no-misused-promises', 'no-redundant-type-constituents', 'no-unnecessary-type-assertion', 'no-unsafe-argument', 'no-unsafe-assignment', 'no-unsafe-call',
    'no-unsafe-enum-comparison', 'no-unsafe-member-access', 'no-unsafe-return', 'no-unsafe-unary-minus', 'only-throw-error', 'prefer-promise-reject-errors',
    'require-await', 'restrict-plus-operands', 'restrict-template-expressions', 'unbound-method', 'switch-exhaustiveness-check',
  ];
  return { rules: Object.fromEntries(rules.map((rule) => [`@typescript-eslint/${rule}`, 'off' as const])) };
}

async function ruleIds(filePath: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return (result?.messages ?? []).map((message) => message.ruleId);
}

const BAN = '@typescript-eslint/no-restricted-imports';

describe('layers', () => {
  it.each([
    ['the domain imports a port', 'src/domain/bad.ts', "import type { Clock } from '../ports/clock.ts';\nexport type X = Clock;"],
    ['the domain imports a vendor', 'src/domain/bad.ts', "import { SFNClient } from '@aws-sdk/client-sfn';\nexport const x = SFNClient;"],
    ['the domain imports Node', 'src/domain/bad.ts', "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;"],
    ['a port imports an adapter', 'src/ports/bad.ts', "import type { X } from '../adapters/git/git-host.ts';\nexport type Y = X;"],
    ['a port imports zod', 'src/ports/bad.ts', "import * as z from 'zod/mini';\nexport const x = z;"],
    ['a step imports an adapter', 'src/steps/bad.ts', "import { x } from '../adapters/git/git-host.ts';\nexport const y = x;"],
    ['a step imports a vendor', 'src/steps/bad.ts', "import { x } from '@kubernetes/client-node';\nexport const y = x;"],
    ['an adapter imports a step', 'src/adapters/git/bad.ts', "import { x } from '../../steps/claim-target.ts';\nexport const y = x;"],
    ['an adapter imports the configuration', 'src/adapters/git/bad.ts', "import { readEnv } from '../../config/env.ts';\nexport const y = readEnv;"],
    ['a handler imports the sandbox', 'functions/bad/handler.ts', "import { x } from '../../sandbox/world.ts';\nexport const y = x;"],
    ['the sandbox imports a step', 'sandbox/bad.ts', "import { x } from '../src/steps/claim-target.ts';\nexport const y = x;"],
    ['the sandbox imports a port', 'sandbox/bad.ts', "import type { Clock } from '../src/ports/clock.ts';\nexport type Y = Clock;"],
    ['the sandbox imports the lab', 'sandbox/bad.ts', "import type { Lab } from '../lab/lab.ts';\nexport type Y = Lab;"],
    ['the lab imports the command line', 'lab/bad.ts', "import { main } from '../cli/main.ts';\nexport const y = main;"],
    ['the sandbox imports an adapter', 'sandbox/bad.ts', "import { x } from '../src/adapters/git/git-host.ts';\nexport const y = x;"],
  ])('refuse that %s', async (_, file, code) => {
    expect(await ruleIds(file, code)).toContain(BAN);
  });

  it.each([
    ['a step imports the domain and zod', 'src/steps/good.ts', "import * as z from 'zod/mini';\nimport { later } from '../domain/instant.ts';\nexport const y = [z, later];"],
    ['an adapter imports its vendor', 'src/adapters/ecr/good.ts', "import { ECRClient } from '@aws-sdk/client-ecr';\nexport const y = ECRClient;"],
    ['the sandbox imports the domain', 'sandbox/good.ts', "import { later } from '../src/domain/instant.ts';\nexport const y = later;"],
  ])('allow that %s', async (_, file, code) => {
    expect(await ruleIds(file, code)).not.toContain(BAN);
  });
});

describe('rules of the house', () => {
  it.each([
    ['the clock in the domain', 'src/domain/bad.ts', 'export const now = Date.now();', 'no-restricted-syntax'],
    ['the date of today in a step', 'src/steps/bad.ts', 'export const now = new Date();', 'no-restricted-syntax'],
    ['chance in the domain', 'src/domain/bad.ts', 'export const x = Math.random();', 'no-restricted-syntax'],
    ['a timer in a step', 'src/steps/bad.ts', 'setTimeout(() => undefined, 1);', 'no-restricted-globals'],
    ['the environment outside env.ts', 'src/adapters/git/bad.ts', 'export const x = process.env["HOME"];', 'no-restricted-properties'],
    ['the whole of zod in a bundle', 'src/adapters/git/bad.ts', "import { z } from 'zod/mini';\nexport const x = z;", 'no-restricted-syntax'],
    ['an enum', 'src/ports/bad.ts', 'export enum Colour { red }', 'no-restricted-syntax'],
    ['any', 'src/adapters/git/bad.ts', 'export const x: any = 1;', '@typescript-eslint/no-explicit-any'],
    ['a module mock', 'test/unit/bad.test.ts', "import { vi } from 'vitest';\nvi.mock('x');", 'no-restricted-syntax'],
    ['the console', 'src/adapters/git/bad.ts', 'console.log(1);', 'no-console'],
    ['a file above 300 lines', 'src/domain/bad.ts', 'export {};\n'.repeat(301), 'max-lines'],
    ['a function above 60 lines', 'src/domain/bad.ts', `export function f() {\n${'  f();\n'.repeat(61)}}`, 'max-lines-per-function'],
    ['a handler above 20 lines', 'functions/bad/handler.ts', 'export {};\n'.repeat(21), 'max-lines'],
  ])('refuse %s', async (_, file, code, rule) => {
    expect(await ruleIds(file, code)).toContain(rule);
  });

  it('let env.ts read the environment', async () => {
    expect(await ruleIds('src/config/env.ts', 'export const x = process.env["HOME"];')).toEqual([]);
  });
});
