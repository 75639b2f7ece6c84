import { afterEach, describe, expect, it } from 'vitest';
import { ConfigurationError, NotFoundError, UnauthorizedError } from '../../../../src/domain/errors.ts';
import { createGitHubWorld } from '../../../support/git-hosts/github-world.ts';
import type { ForgeWorld } from '../../../support/git-hosts/forge-world.ts';

const FILE = 'values.yaml';
let world: ForgeWorld;
afterEach(() => world.stop());

/** How often a token was asked for. */
function tokensGranted(): number {
  return world.standIn.calls.filter((call) => call.endsWith('/access_tokens')).length;
}

describe('a GitHub App', () => {
  it('commits with the token of its installation, and asks for one token only', async () => {
    world = await createGitHubWorld({ [FILE]: 'tag: v1\n' }, { asApp: true });
    const host = await world.open('writer');
    const { revision: head } = await host.read([FILE]);
    const revision = await host.commit({ head, files: { [FILE]: 'tag: v2\n' }, message: 'Deploy v2\n\nImage x\n\nSlipway-Execution: e1\n' });
    expect(await world.head()).toBe(revision);
    expect((await world.messages())[0]?.trimEnd()).toBe('Deploy v2\n\nImage x\n\nSlipway-Execution: e1');
    await (await world.open('writer')).read([FILE]);
    expect(tokensGranted()).toBe(1);
  });

  it('asks for another token before the first one expires', async () => {
    let now = Date.now();
    world = await createGitHubWorld({ [FILE]: 'tag: v1\n' }, { asApp: true, now: () => now });
    const host = await world.open('writer');
    await host.read([FILE]);
    now += 54 * 60_000;
    await host.read([FILE]);
    expect(tokensGranted()).toBe(1);
    // The stand-in does not take a token from the future; that it was asked again is what counts.
    now = Date.now() + 56 * 60_000;
    await host.read([FILE]).catch(() => undefined);
    expect(tokensGranted()).toBe(2);
  });

  it('does not keep a token that was revoked', async () => {
    world = await createGitHubWorld({ [FILE]: 'tag: v1\n' }, { asApp: true });
    const host = await world.open('writer');
    await host.read([FILE]);
    world.state.granted.clear();
    await expect(host.read([FILE])).rejects.toThrow(UnauthorizedError);
    expect((await host.read([FILE])).files).toEqual({ [FILE]: 'tag: v1\n' });
  });

  it('names a repository for which it is not installed', async () => {
    world = await createGitHubWorld({ [FILE]: 'tag: v1\n' }, { asApp: true });
    const url = world.url.replace('config.git', 'nowhere.git');
    const reading = world.open('writer', { url }).then((host) => host.read([FILE]));
    await expect(reading).rejects.toThrow(NotFoundError);
    await expect(reading).rejects.toThrow(`${url} does not exist, or is hidden from the user of secret slipway/writer`);
  });

  it('names an installation that there is not', async () => {
    world = await createGitHubWorld({ [FILE]: 'tag: v1\n' }, { asApp: true, installationId: '1' });
    const reading = world.open('writer').then((host) => host.read([FILE]));
    await expect(reading).rejects.toThrow(NotFoundError);
    await expect(reading).rejects.toThrow('the GitHub App 12345 of secret slipway/writer has no installation 1; install it where the repository is');
  });

  it('is not accepted with a clock that is an hour ahead', async () => {
    world = await createGitHubWorld({ [FILE]: 'tag: v1\n' }, { asApp: true, now: () => Date.now() + 3_600_000 });
    await expect(world.open('writer').then((host) => host.read([FILE]))).rejects.toThrow(UnauthorizedError);
  });

  it('names the secret whose key cannot be read, and shows nothing of it', async () => {
    world = await createGitHubWorld({ [FILE]: 'tag: v1\n' }, { asApp: true, privateKey: '-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----\n' });
    const reading = world.open('writer').then((host) => host.read([FILE]));
    await expect(reading).rejects.toThrow(ConfigurationError);
    await expect(reading).rejects.toThrow('Secret slipway/writer holds a privateKey that cannot be read');
    await expect(reading).rejects.not.toThrow('MIIabc');
  });
});
