import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRetryable } from '../../src/domain/errors.ts';
import { type CuttingProxy, startCuttingProxy, type Strike } from '../support/git/cutting-proxy.ts';
import type { GitFiles, GitWorld } from './git-host.contract.ts';
import { aCommitter, LOST_PUSH_FILES, type LostPushWorld } from './lost-push.contract.ts';

const RESET = '2026-01-02T03:30:00.000Z';

const STRIKES: readonly (readonly [string, Strike, string])[] = [
  ['asks to slow down (429)', { status: 429, headers: { 'x-ratelimit-reset': String(Date.parse(RESET) / 1000) } }, 'RateLimitedError'],
  ['fails (500)', { status: 500 }, 'UnavailableError'],
  ['is behind a gateway that fails (502)', { status: 502 }, 'UnavailableError'],
  ['says nothing until the time is over', 'silence', 'TimeoutError'],
  ['cuts the connection', 'before', 'UnavailableError'],
];

export type RefusalsWorld = LostPushWorld & {
  /** As `open`, by a client that waits for `IMPATIENCE` only. */
  readonly openImpatiently: GitWorld['open'];
};

/** How long the impatient client waits, in milliseconds. */
export const IMPATIENCE = 500;

export type GitRefusalsOptions = {
  /** Whether a rate limit comes with the time of its reset; AWS's does not. */
  readonly namesReset?: boolean;
};

/** What becomes of a release when the host cannot answer: the error says so and is one that is retried; the next try is made once. */
export function gitRefusalsContract(name: string, createWorld: (files: GitFiles, throughProxy: (url: string) => string) => Promise<RefusalsWorld>, { namesReset = true }: GitRefusalsOptions = {}): void {
  // No part of what the lab judges: no real host can be asked to be slow.
  describe(`A host that (${name})`, () => {
    let proxy: CuttingProxy;
    beforeAll(async () => void (proxy = await startCuttingProxy()));
    afterAll(() => proxy.stop());

    const cases = (['read', 'commit'] as const).flatMap((kind) => STRIKES.map(([what, strike, error]) => [what, kind, strike, error] as const));
    it.each(cases)('%s at a %s is tried again', async (_what, kind, strike, error) => {
      const world = await createWorld(LOST_PUSH_FILES, (url) => proxy.urlOf(url));
      try {
        const first = await aCommitter(strike === 'silence' ? { open: world.openImpatiently } : world, world.url);
        proxy.strikeNext(kind, strike);
        const failure: unknown = await first.commit().catch((reason: unknown) => reason);
        proxy.calm();
        expect(failure).toMatchObject({ name: error });
        expect(isRetryable(failure)).toBe(true);
        if (error === 'RateLimitedError' && namesReset) expect(failure).toMatchObject({ message: expect.stringContaining(`until ${RESET}`) as string });
        const committer = await aCommitter(world, world.url);
        const { status } = await committer.commit();
        expect(status).toBe('committed');
        expect(committer.count(await world.messages())).toBe(1);
      } finally {
        await world.stop();
      }
    });
  });
}
