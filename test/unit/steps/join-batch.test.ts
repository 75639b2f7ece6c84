import { describe, expect, it } from 'vitest';
import { ConfigurationError, ConflictError, NotFoundError, RefusedError, UnauthorizedError, UnavailableError } from '../../../src/domain/errors.ts';
import { PATIENCE_MS } from '../../../src/steps/lead-batches.ts';
import { aBatchWorld, type BatchWorldOptions, fileOf, GIT, type HostHooks, valuesWith } from '../../support/batch-world.ts';
import { aDigest } from '../../support/release.ts';
import { anEnvironment } from '../../support/service.ts';

const THREE = [{ name: 'api' }, { name: 'web' }, { name: 'worker' }];

async function threeThatWait(options: Partial<BatchWorldOptions> = {}) {
  const world = await aBatchWorld({ services: THREE, ...options });
  await world.waits('api');
  await world.waits('web');
  return world;
}

describe('joinBatch', () => {
  it('commits alone where nobody else waits', async () => {
    const world = await aBatchWorld({ services: THREE });
    expect(await world.joins('web')).toEqual({ status: 'led' });
    const head = world.repository.head();
    expect(world.answer('web')).toMatchObject({ status: 'committed', deployment: { commit: { revision: head, head }, marks: { committed: '2026-01-02T03:10:00.000Z' } } });
    expect(await world.read('web')).toBe(valuesWith('1.1.0'));
  });

  it('pushes once for all who wait, with a commit for each, and tells each of its own and of the head that carries it', async () => {
    let pushes = 0;
    const world = await threeThatWait({ hooks: { before: () => void (pushes += 1) } });
    await world.joins('worker');
    expect(pushes).toBe(1);
    const commits = THREE.map(({ name }) => world.answer(name)?.deployment.commit);
    expect(new Set(commits.map((commit) => commit?.revision)).size).toBe(3);
    for (const commit of commits) expect(commit).toMatchObject({ head: world.repository.head(), changes: [{ path: 'image.tag', after: '  tag: 1.1.0 # ours' }] });
    for (const { name } of THREE) expect([await world.read(name), world.commitsOf(name)]).toEqual([valuesWith('1.1.0'), 1]);
    expect(await world.stillWaits()).toEqual([]);
  });

  it('makes one commit that names all where the host makes one a call', async () => {
    const world = await threeThatWait({ eachCommits: false });
    await world.joins('worker');
    const head = world.repository.head();
    const [message = '', ...before] = world.repository.messages();
    expect(before).toHaveLength(1);
    expect(message).toMatch(/^deploy\(dev\): api 1\.1\.0, and 2 more\n\n/);
    for (const { name } of THREE) {
      expect(message).toContain(`\nSlipway-Target: ${name}/dev/eu\nSlipway-Execution: `);
      expect(world.answer(name)?.deployment.commit).toMatchObject({ revision: head, head });
    }
  });

  it('leaves its token to the one who pushes already, and does not wait', async () => {
    const world = await aBatchWorld({ services: THREE });
    await world.ports.batches.lead(GIT, { holder: 'another', now: world.clock.now(), until: '2026-01-02T03:10:30.000Z' });
    expect(await world.joins('web')).toEqual({ status: 'waiting' });
    expect([await world.stillWaits(), world.answer('web')]).toEqual([['web'], undefined]);
  });

  it('pushes also for those who come meanwhile, up to the last moment of its lease', async () => {
    const late = ['web', 'worker'];
    const world = await aBatchWorld({ services: THREE, hooks: { after: async () => void (await next()) } });
    async function next(): Promise<void> {
      const name = late.pop();
      if (name !== undefined) expect(await world.joins(name)).toEqual({ status: 'waiting' });
    }
    const before = { ...world.ports.batches };
    let isLast = true;
    world.ports.batches.stepDown = async (...args) => {
      if (isLast) {
        isLast = false;
        await world.waits('api', 2);
      }
      return before.stepDown(...args);
    };
    await world.joins('api');
    expect(THREE.map(({ name }) => world.answer(name)?.status)).toEqual(['committed', 'committed', 'committed']);
    expect(world.answer('api', 2)).toMatchObject({ status: 'committed', deployment: { commit: { changes: [] } } });
  });

  it.each([
    ['a key is missing', { name: 'web', path: 'image.digest' }, ConfigurationError, 'image has no key digest'],
    ['a file is missing', { name: 'web', file: 'nowhere/values.yaml' }, NotFoundError, 'nowhere/values.yaml'],
  ])('fails alone what cannot be edited: %s', async (_what, bad, kind, words) => {
    const world = await threeThatWait({ services: [{ name: 'api' }, bad, { name: 'worker' }] });
    await world.joins('worker');
    expect(world.failure('web')).toBeInstanceOf(kind);
    expect(String(world.failure('web'))).toContain(words);
    expect([await world.read('api'), await world.read('worker')]).toEqual([valuesWith('1.1.0'), valuesWith('1.1.0')]);
    expect(world.repository.messages()).toHaveLength(3);
  });

  it.each([
    ['to another branch', { ...GIT, branch: 'next' }, {}],
    ['by another author', { ...GIT, commit: { author: { name: 'A', email: 'a@example.com' } } }, {}],
    ['as a pull request', GIT, { pullRequest: { timeout: 3_600_000, autoMerge: false } }],
  ])('fails alone what is written %s by now', async (_how, git, delivery) => {
    const world = await threeThatWait();
    const { services } = world.ports;
    const before = await services.service('api');
    const edits = [{ git, file: fileOf('api'), path: 'image.tag', value: 'tag' as const }];
    const moved = before && { ...before, environments: { dev: anEnvironment({ edits, ...delivery }) } };
    Object.assign(world.ports, { services: { service: async (name: string) => (name === 'api' ? moved : services.service(name)) } });
    await world.joins('worker');
    expect(String(world.failure('api'))).toContain('api/dev/eu is no longer written to main of https://git.example.com/team/config.git');
    expect([await world.read('api'), world.answer('web')?.status]).toEqual([valuesWith('1.0.0'), 'committed']);
  });

  it('fails alone a target that is no longer configured', async () => {
    const world = await threeThatWait();
    const { services } = world.ports;
    Object.assign(world.ports, { services: { service: async (name: string) => (name === 'api' ? null : services.service(name)) } });
    await world.joins('worker');
    expect(String(world.failure('api'))).toContain('api/dev/eu is not configured');
    expect(world.answer('web')?.status).toBe('committed');
  });

  it('lays two edits of one file on top of each other', async () => {
    const both = 'shared.yaml';
    const services = [{ name: 'api', file: both, path: 'api.tag' }, { name: 'web', file: both, path: 'web.tag' }, { name: 'worker' }];
    const world = await threeThatWait({ services, files: { [both]: 'api:\n  tag: 1.0.0\nweb:\n  tag: 1.0.0 # ours\n' } });
    await world.joins('worker');
    expect(await world.read('api', both)).toBe('api:\n  tag: 1.1.0\nweb:\n  tag: 1.1.0 # ours\n');
    expect(['api', 'web'].map((name) => world.commitsOf(name))).toEqual([1, 1]);
  });

  it('tells of its own commit as the head, where a later one sets the same scalar again', async () => {
    const newer = { release: { ...(await aBatchWorld({ services: THREE })).deploymentOf('web').release, tag: '1.2.0', digest: aDigest('b') } };
    const services = [{ name: 'api', file: 'shared.yaml' }, { name: 'web', file: 'shared.yaml', deployment: newer }, { name: 'worker' }];
    const world = await threeThatWait({ services, files: { 'shared.yaml': valuesWith('1.0.0') } });
    await world.joins('worker');
    const commit = world.answer('api')?.deployment.commit;
    expect(commit?.head).toBe(commit?.revision);
    expect(world.answer('web')?.deployment.commit?.head).toBe(world.repository.head());
  });

  it('finds what another one of the batch writes, as a target that shares its scalar', async () => {
    const services = [{ name: 'api', file: 'shared.yaml' }, { name: 'web', file: 'shared.yaml' }, { name: 'worker' }];
    const world = await threeThatWait({ services, files: { 'shared.yaml': valuesWith('1.0.0') } });
    await world.joins('worker');
    expect(world.answer('web')).toMatchObject({ status: 'committed', deployment: { commit: { revision: null, head: world.repository.head(), url: null, changes: [] } } });
  });

  it.each(['before the batch', 'after the head was read'])('drops out what was superseded %s', async (when) => {
    const world = await threeThatWait();
    if (when === 'before the batch') await world.supersede('api');
    else {
      const { prove } = world.ports.targets;
      world.ports.targets.prove = async (key, ...proof) => {
        if (key.service === 'api') await world.supersede('api');
        return prove(key, ...proof);
      };
    }
    await world.joins('worker');
    expect(world.answer('api')).toMatchObject({ status: 'superseded', deployment: { cause: 'superseded: the claim of the target went to another execution' } });
    expect([await world.read('api'), await world.read('web')]).toEqual([valuesWith('1.0.0'), valuesWith('1.1.0')]);
  });

  it('fails a tag that moved, as CommitRelease does', async () => {
    const world = await threeThatWait();
    const deployment = world.deploymentOf('api');
    const { target } = world.ports.targets;
    world.ports.targets.target = async (key) => {
      const state = await target(key);
      return key.service === 'api' ? { ...state, current: { release: { ...deployment.release, digest: aDigest('9') }, execution: 'before', concludedAt: '2026-01-01T00:00:00.000Z' } } : state;
    };
    await world.joins('worker');
    expect(world.answer('api')).toMatchObject({ status: 'failed', deployment: { cause: 'tag 1.1.0 moved; use `tag@digest` or a new tag' } });
  });

  it('reads and proves again after each race that somebody else won', async () => {
    let races = 3;
    const world = await threeThatWait({ hooks: { before: () => void (races-- > 0 && world.repository.commit({ 'README.md': `${races}\n` })) } });
    await world.joins('worker');
    expect(THREE.map(({ name }) => [world.answer(name)?.status, world.commitsOf(name)])).toEqual([['committed', 1], ['committed', 1], ['committed', 1]]);
    expect(await world.read('api', 'README.md')).toBe('0\n');
  });

  it('leaves it to the state machine when every race is lost', async () => {
    const world = await threeThatWait({ hooks: { before: () => void world.repository.commit({ 'README.md': 'again\n' }) } });
    expect(await world.joins('worker')).toEqual({ status: 'led' });
    for (const { name } of THREE) expect(world.failure(name)).toBeInstanceOf(ConflictError);
    expect(await world.stillWaits()).toEqual([]);
  });

  it.each([true, false])('finds every own commit after a push whose answer was lost (each its own: %s)', async (eachCommits) => {
    let isLost = true;
    const after = (): void => {
      if (isLost) throw new UnavailableError('the connection was cut');
    };
    const world = await threeThatWait({ eachCommits, hooks: { after } });
    await world.joins('worker');
    for (const { name } of THREE) expect(world.failure(name)).toBeInstanceOf(UnavailableError);
    isLost = false;
    const before = world.repository.messages().length;
    if (eachCommits) world.repository.commit({ 'README.md': 'on top\n' });
    await world.waits('api', 2);
    await world.waits('web', 2);
    await world.joins('worker', 2);
    for (const { name } of THREE) {
      expect(world.answer(name, 2)).toMatchObject({ status: 'committed', deployment: { commit: { revision: expect.stringMatching(/^[0-9a-f]{40}$/) as string, head: world.repository.head(), changes: [] } } });
      expect(world.commitsOf(name)).toBe(1);
    }
    expect(world.repository.messages()).toHaveLength(before + (eachCommits ? 1 : 0));
  });

  it('moves the branch even for a value that is there, where an older release may still be on its way, and once', async () => {
    const interrupts = { interrupts: [{ tag: '1.0.9', digest: aDigest('9') }] };
    const world = await aBatchWorld({ services: [{ name: 'web', deployment: interrupts }], files: { [fileOf('web')]: valuesWith('1.1.0') } });
    const before = world.repository.head();
    await world.joins('web');
    expect(world.repository.head()).not.toBe(before);
    await world.joins('web', 2);
    expect(world.commitsOf('web')).toBe(1);
    expect(world.answer('web', 2)?.deployment.commit?.revision).toBe(world.repository.head());
  });

  it('fails alone the one whose commit a hook declines', async () => {
    const world = await threeThatWait();
    world.repository.decline('web is frozen', 'Slipway-Target: web/dev/eu');
    await world.joins('worker');
    expect(world.failure('web')).toBeInstanceOf(RefusedError);
    expect(String(world.failure('web'))).toContain('web is frozen');
    expect(['api', 'worker'].map((name) => [world.answer(name)?.status, world.commitsOf(name)])).toEqual([['committed', 1], ['committed', 1]]);
  });

  it('tells everybody what is wrong with the repository', async () => {
    const world = await threeThatWait({ open: () => Promise.reject(new UnavailableError('no answer')) });
    await world.joins('worker');
    for (const { name } of THREE) expect(world.failure(name)).toBeInstanceOf(UnavailableError);
  });

  it('opens the repository anew where the credentials that it kept are not accepted', async () => {
    const world = await threeThatWait({ open: () => (world.renewals() === 0 ? Promise.reject(new UnauthorizedError('wrong password')) : real()) });
    const inner = await aBatchWorld({ services: THREE });
    const real = () => inner.ports.git(GIT);
    await world.joins('worker');
    expect([world.renewals(), world.answer('web')?.status]).toEqual([1, 'committed']);
  });

  it('commits nothing for a task that nobody hears any more', async () => {
    const world = await aBatchWorld({ services: THREE });
    await world.waits('api');
    world.clock.advance(46_000);
    await world.joins('web');
    expect([await world.read('api'), world.answer('api'), await world.stillWaits()]).toEqual([valuesWith('1.0.0'), undefined, []]);
  });

  it('begins nothing new when its function has little time left, and gives the lease back', async () => {
    const world = await threeThatWait();
    world.ports.clock.remaining = () => 10_000;
    expect(await world.joins('worker')).toEqual({ status: 'led' });
    expect(await world.ports.batches.enter(GIT, { holder: 'another', now: world.clock.now(), until: world.clock.now() })).toBe(true);
  });
});

/** The function ends at its first push: nothing of it goes on. */
function diesOnce(when: 'before' | 'after') {
  const { promise: died, resolve } = Promise.withResolvers<void>();
  const hooks: HostHooks = {
    [when]() {
      delete hooks[when];
      resolve();
      return new Promise<never>(() => undefined);
    },
  };
  return { hooks, died };
}

describe('a leader that dies', () => {
  const died = new Error('the function was ended');

  it.each(['before', 'after'] as const)('%s its push leaves the batch to its own retry, which makes nothing twice', async (when) => {
    const { hooks, died: hasDied } = diesOnce(when);
    const world = await threeThatWait({ hooks });
    void world.joins('worker');
    await hasDied;
    await world.joins('worker', 2);
    for (const name of ['api', 'web']) expect(world.answer(name)?.status).toBe('committed');
    expect(world.answer('worker', 2)?.status).toBe('committed');
    for (const { name } of THREE) expect([world.commitsOf(name), await world.read(name)]).toEqual([1, valuesWith('1.1.0')]);
  });

  it('leaves the batch to whoever joins when its lease has ended', async () => {
    const { hooks, died: hasDied } = diesOnce('before');
    const world = await threeThatWait({ hooks });
    void world.joins('api');
    await hasDied;
    expect(await world.joins('worker')).toEqual({ status: 'waiting' });
    world.clock.advance(31_000);
    expect(await world.joins('worker', 2)).toEqual({ status: 'led' });
    expect(['api', 'web'].map((name) => world.answer(name)?.status)).toEqual(['committed', 'committed']);
  });

  it('is overtaken by those who wait: their tasks time out, and the first that joins again leads', async () => {
    const { hooks, died: hasDied } = diesOnce('after');
    const world = await threeThatWait({ hooks });
    void world.joins('worker');
    await hasDied;
    world.clock.advance(PATIENCE_MS + 1);
    expect(await world.joins('api', 2)).toEqual({ status: 'led' });
    await world.joins('web', 2);
    expect(['api', 'web'].map((name) => [world.answer(name, 2)?.status, world.commitsOf(name)])).toEqual([['committed', 1], ['committed', 1]]);
  });

  it('has not had its own answer before the others have theirs, so that the state machine tries it again and it leads at once', async () => {
    const world = await threeThatWait();
    const { answer } = world.ports.executions;
    const { promise: hasDied, resolve: dies } = Promise.withResolvers<void>();
    world.ports.executions.answer = async (token, result) => {
      if (!token.includes('worker')) return answer(token, result);
      dies();
      return new Promise<never>(() => undefined);
    };
    void world.joins('worker');
    await hasDied;
    expect([world.answer('api')?.status, world.answer('web')?.status, world.answer('worker')]).toEqual(['committed', 'committed', undefined]);
    world.ports.executions.answer = answer;
    await world.waits('api', 2);
    expect(await world.joins('worker', 2)).toEqual({ status: 'led' });
    expect([world.answer('api', 2)?.status, world.answer('worker', 2)?.status, world.commitsOf('worker')]).toEqual(['committed', 'committed', 1]);
  });

  it('fails itself where an answer cannot be given, and keeps who was not answered, so that its retry answers them', async () => {
    const world = await threeThatWait();
    const { answer } = world.ports.executions;
    world.ports.executions.answer = async (token, result) => {
      if (token.includes('api')) throw died;
      return answer(token, result);
    };
    await expect(world.joins('worker')).rejects.toThrow(died);
    expect([await world.stillWaits(), world.answer('web')?.status]).toEqual([['api', 'worker'], 'committed']);
    world.ports.executions.answer = answer;
    await world.joins('worker', 2);
    expect([world.answer('api')?.status, world.commitsOf('api')]).toEqual(['committed', 1]);
  });
});
