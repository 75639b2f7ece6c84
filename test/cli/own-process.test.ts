import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts';
import { aService } from '../support/service.ts';

// Other tests run commands in their own process: here a process of the command's own says the same, and ends.
let stack: OperatedStack;
beforeAll(async () => {
  stack = await startOperatedStack();
  await stack.services.put(aService({ name: 'held' }));
  await stack.slipway('hold', 'held', '--reason', 'migration');
});
afterAll(() => stack.close());

it.each([
  [0, ['hold', 'held', '--reason', 'other']],
  [0, ['status', 'held']],
  [0, ['events']],
  [0, ['events', 'redrive', '--json']],
  [0, ['approve']],
  [0, ['--help']],
  [1, ['resume', 'absent']],
  [1, ['rollback', 'held', '--reason', 'errors']],
  [1, ['redrive', 'absent']],
  [1, ['reject', 'held', 'dev']],
  [1, ['deploy', 'absent', '--tag', '1.0.0']],
  [1, ['apply', 'absent.yaml']],
  [2, ['deplyo']],
  [2, ['resume', 'held', '--reason', 'done']],
])('a command as a process of its own ends with exit code %d: %j', async (code, args) => {
  const ran = await stack.slipwayProcess(...args);
  expect(ran.code).toBe(code);
  expect(ran).toEqual(await stack.slipway(...args));
}, 30_000);
