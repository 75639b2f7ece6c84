import { expect, it } from 'vitest';
import { first, type Given, type NotSimulated, REQUEST } from './argo-cd-world.contract.ts';

/** What each token may. */
export function accessCases(given: Given, notSimulated: readonly NotSimulated[]): void {
  const withTokens = it.skipIf(notSimulated.includes('tokens'));

  it('tells a token that may read from one that may sync', given({}, async ({ openWith, ref }) => {
    const reader = await openWith('reader');
    expect((await reader.application(ref)).name).toBe(ref.name);
    expect(await reader.syncRights(ref)).toMatchObject({ allowed: false });
    await expect(reader.sync(ref, REQUEST)).rejects.toMatchObject({ name: 'ForbiddenError' });
    await expect(reader.terminate(ref)).rejects.toMatchObject({ name: 'ForbiddenError' });
  }));

  withTokens.each([
    ['without rights', 'nobody', 'ForbiddenError'],
    ['that was taken back', 'revoked', 'UnauthorizedError'],
    ['that has expired', 'expired', 'UnauthorizedError'],
    ['of another server', 'forged', 'UnauthorizedError'],
  ] as const)('refuses everything to a token %s', async (_case, token, name) => {
    await given({}, async ({ openWith, ref }) => {
      const refused = await openWith(token);
      await expect(refused.application(ref)).rejects.toMatchObject({ name });
      await expect(refused.application(ref, 'normal')).rejects.toMatchObject({ name });
      await expect(refused.sync(ref, REQUEST)).rejects.toMatchObject({ name });
      await expect(refused.terminate(ref)).rejects.toMatchObject({ name });
      await expect(refused.syncRights(ref)).rejects.toMatchObject({ name });
      await expect(refused.workloads(ref)).rejects.toMatchObject({ name });
      await expect(first(refused, ref)).rejects.toMatchObject({ name });
    })();
  });
}
