// @ts-check
import tseslint from 'typescript-eslint';

const runtimeOnly = ['**/sandbox/**', '**/cli/**', '**/test/**', '**/lab/**', '**/bench/**'];
const vendors = ['node:*', '@aws-*/**', '@smithy/**', '@kubernetes/**', '@middy/**', 'zod', 'zod/**'];

/** Imports that a folder may not have, by the layers of docs/architecture.md. Each rule has a bad example in test/architecture. */
const layers = [
  // The YAML parser is the one library of the domain: values-file.ts edits text by the parser's positions.
  { files: ['src/domain/**'], ban: [...vendors, ...runtimeOnly, '**/ports/**', '**/steps/**', '**/adapters/**', '**/config/**', '**/logging/**', '**/functions/**'] },
  { files: ['src/ports/**'], ban: [...vendors, 'yaml', ...runtimeOnly, '**/steps/**', '**/adapters/**', '**/config/**', '**/logging/**', '**/functions/**'] },
  { files: ['src/steps/**'], ban: [...vendors.filter((name) => !name.startsWith('zod')), 'yaml', ...runtimeOnly, '**/adapters/**', '**/config/**', '**/logging/**', '**/functions/**'] },
  { files: ['src/adapters/**'], ban: [...runtimeOnly, '**/steps/**', '**/config/**', '**/logging/**', '**/functions/**'] },
  { files: ['src/config/**', 'src/logging/**', 'functions/**'], ban: runtimeOnly },
  { files: ['sandbox/**'], ban: [...['ports', 'steps', 'adapters', 'config', 'logging'].map((folder) => `**/src/${folder}/**`), '**/functions/**', '**/cli/**', '**/test/**', '**/lab/**'] },
  { files: ['lab/**'], ban: ['**/functions/**', '**/cli/**', '**/test/**'] },
];

const timeAndChance = [
  { selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']", message: 'Time comes in as an argument.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Time comes in as an argument.' },
  { selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']", message: 'Randomness comes in as an argument.' },
];
const style = [
  {
    selector: "ImportDeclaration[source.value='zod/mini'] > ImportSpecifier[imported.name='z']",
    message: "Write import * as z from 'zod/mini': the named import brings 400 KB into every bundle.",
  },
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals.' },
  { selector: "CallExpression[callee.object.name='vi'][callee.property.name=/^(mock|doMock|hoisted)$/]", message: 'Pass a port in; no module mocks.' },
];

export default tseslint.config(
  // service/ has packages, rules and tests of its own: `npm test` there.
  { ignores: ['node_modules/**', '.serverless/**', '.esbuild/**', 'coverage/**', 'service/**'] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-restricted-syntax': ['error', ...style],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'src/config/env.ts is the one reader.' }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60 }],
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/require-await': 'off',
    },
  },
  { files: ['**/*.js', '**/*.mjs'], ...tseslint.configs.disableTypeChecked },
  ...layers.map(({ files, ban }, index) => ({
    name: `layer ${index}: ${files.join(', ')}`,
    files,
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [{ group: ban, message: 'docs/architecture.md says what this folder may import.' }] }] },
  })),
  { files: ['src/domain/**', 'src/steps/**'], rules: { 'no-restricted-syntax': ['error', ...style, ...timeAndChance], 'no-restricted-globals': ['error', 'fetch', 'setTimeout', 'setInterval', 'process', 'console'] } },
  { files: ['functions/*/handler.ts'], rules: { 'max-lines': ['error', { max: 20 }] } },
  { files: ['src/config/env.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['cli/**', 'sandbox/**', 'bench/**', 'lab/**'], rules: { 'no-console': 'off', 'no-restricted-properties': 'off' } },
  { files: ['test/**'], rules: { 'max-lines': ['error', { max: 350 }], 'max-lines-per-function': 'off', 'no-restricted-properties': 'off' } },
);
