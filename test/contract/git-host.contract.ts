import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError, ConflictError, ForbiddenError, NotFoundError, RefusedError, UnauthorizedError } from '../../src/domain/errors.ts';
import type { GitRepository } from '../../src/domain/service.ts';
import type { GitHost } from '../../src/ports/git-host.ts';

export type GitFiles = Readonly<Record<string, string | Uint8Array>>;

/** One repository with a branch `main`, and the people around it. */
export type GitWorld = {
  readonly url: string;
  /** What an error about wrong credentials names: the secret, unless the host takes none. */
  readonly credentials?: string;
  /** Opens the repository as one of three users: `stranger` has wrong credentials. */
  open(user: 'writer' | 'reader' | 'stranger', overrides?: Partial<GitRepository>): Promise<GitHost>;
  /** Another person's commit; the new head. */
  commit(files: GitFiles): Promise<string>;
  head(): Promise<string>;
  /** The branch points to another commit, as after a push by force. */
  reset(revision: string): Promise<void>;
  /** The host declines every commit from now on, with these words. */
  decline(words: string): Promise<void>;
  /** Nobody may commit to the branch itself from now on; what the host says of it. */
  protect(): Promise<string>;
  /** Who a commit names, as `CI <ci@example.com>`. */
  people?(revision: string): Promise<{ readonly author: string; readonly committer: string }>;
  stop(): Promise<void>;
};

const FILE = 'envs/dev/values.yaml';
const UNICODE_FILE = 'envs/größe/ä ö.yaml';
const WINDOWS_FILE = 'windows.yaml';
const WINDOWS_TEXT = '\ufeffimage:\r\n  tag: v1\r\n';
const FILES: GitFiles = {
  [FILE]: 'tag: v1\n',
  'envs/dev/other.yaml': 'x: 1\n',
  'envs/prod/values.yaml': 'tag: v0\n',
  [UNICODE_FILE]: 'tag: v1\n',
  [WINDOWS_FILE]: WINDOWS_TEXT,
  'a/b/c/d/e/f/g/deep.yaml': 'tag: v1\n',
  'latin1.yaml': Buffer.from('stra\u00dfe: 1\n', 'latin1'),
  'README.md': 'hello\n',
};

/** Tries until nobody else was faster; returns the revision. */
async function commitUntilIn(host: GitHost, path: string): Promise<string> {
  for (;;) {
    const { revision: head } = await host.read([path]);
    try {
      return await host.commit({ head, files: { [path]: `by: ${path}\n` }, message: `Deploy to ${path}` });
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

export type GitHostOptions = {
  /** Whether the host can only take back what came too late, in a commit after the winner's (ADR 15). */
  readonly takesBack?: boolean;
  /** Whom a commit names as the repository's entry says; whom the host decides by itself is left out. */
  readonly names?: readonly ('author' | 'committer')[];
  /** What a world cannot be asked for: to decline, to protect its branch, or for a user who only reads. */
  readonly unable?: readonly ('decline' | 'protect' | 'reader')[];
};

/** What every implementation of GitHost does alike. */
export function gitHostContract(name: string, createWorld: (files: GitFiles) => Promise<GitWorld>, { takesBack = false, names = [], unable = [] }: GitHostOptions = {}): void {
  let world: GitWorld;
  let host: GitHost;
  async function begin(): Promise<void> {
    world = await createWorld(FILES);
    host = await world.open('writer');
  }

  async function commitTag(tag: string, head: string, through = host): Promise<string> {
    return through.commit({ head, files: { [FILE]: `tag: ${tag}\n` }, message: `Deploy ${tag}` });
  }

  describe(`GitHost (${name}): read`, () => {
    beforeAll(begin);
    afterAll(() => world.stop());

    it('reads several files at the head of the branch', async () => {
      const snapshot = await host.read([FILE, 'README.md', 'envs/prod/values.yaml']);
      expect(snapshot.files).toEqual({ [FILE]: 'tag: v1\n', 'README.md': 'hello\n', 'envs/prod/values.yaml': 'tag: v0\n' });
      expect(snapshot.revision).toBe(await world.head());
      expect(snapshot.isDefaultBranch).toBe(true);
    });

    it('keeps line endings and the byte order mark', async () => {
      expect((await host.read([WINDOWS_FILE])).files).toEqual({ [WINDOWS_FILE]: WINDOWS_TEXT });
    });

    it.each([UNICODE_FILE, 'a/b/c/d/e/f/g/deep.yaml'])('reads %s', async (path) => {
      expect((await host.read([path])).files).toEqual({ [path]: 'tag: v1\n' });
    });

    it('reads no file at all', async () => {
      expect((await host.read([])).files).toEqual({});
    });

    it.each(['missing.yaml', 'envs/dev/missing.yaml', 'envs/missing/values.yaml', 'README.md/values.yaml'])('says that %s is missing', async (path) => {
      const reading = host.read([FILE, path]);
      await expect(reading).rejects.toThrow(NotFoundError);
      await expect(reading).rejects.toThrow(path);
    });

    it('says that a folder is no file', async () => {
      await expect(host.read(['envs/dev'])).rejects.toThrow(ConfigurationError);
    });

    it('refuses a file that is not UTF-8, by name', async () => {
      const reading = host.read(['latin1.yaml']);
      await expect(reading).rejects.toThrow(ConfigurationError);
      await expect(reading).rejects.toThrow('latin1.yaml');
    });

    it('says that the branch is missing', async () => {
      const reading = world.open('writer', { branch: 'nowhere' }).then((other) => other.read([FILE]));
      await expect(reading).rejects.toThrow(NotFoundError);
      await expect(reading).rejects.toThrow('nowhere');
    });

    it('says that the repository is missing', async () => {
      const url = world.url.replace(/[^/]+?(\.git)?$/, 'nowhere$1');
      const reading = world.open('writer', { url }).then((other) => other.read([FILE]));
      await expect(reading).rejects.toThrow(NotFoundError);
      await expect(reading).rejects.toThrow(url);
    });

    it.each(['0123456789abcdef0123456789abcdef01234567', 'main', ''])('says that the revision %j is missing', async (revision) => {
      await expect(host.read([FILE], revision)).rejects.toThrow(NotFoundError);
    });
  });

  describe(`GitHost (${name}): commit`, () => {
    beforeEach(begin);
    afterEach(() => world.stop());

    it('moves the branch to a commit with the message and the new text', async () => {
      const { revision: head } = await host.read([FILE]);
      const revision = await commitTag('v2', head);
      expect(await world.head()).toBe(revision);
      const after = await (await world.open('reader')).read([FILE, 'README.md', WINDOWS_FILE]);
      expect(after).toMatchObject({ revision, message: expect.stringMatching(/^Deploy v2\n?$/) as string, files: { [FILE]: 'tag: v2\n', 'README.md': 'hello\n', [WINDOWS_FILE]: WINDOWS_TEXT } });
    });

    it.skipIf(names.length === 0)('names who is configured', async () => {
      const commit = { author: { name: 'Größe & Söhne', email: 'ci@example.com' }, committer: { name: 'Release Bot', email: 'bot@example.com' } };
      const configured = Object.fromEntries(names.map((role) => [role, commit[role]]));
      const revision = await commitTag('v2', await world.head(), await world.open('writer', { commit: configured }));
      expect(await world.people?.(revision)).toMatchObject(Object.fromEntries(names.map((role) => [role, `${commit[role].name} <${commit[role].email}>`])));
    });

    it('leaves the revision before it to be read', async () => {
      const before = await world.head();
      await world.commit({ [FILE]: 'tag: v2\n' });
      const old = await host.read([FILE], before);
      expect(old.files).toEqual({ [FILE]: 'tag: v1\n' });
      expect(old.revision).toBe(before);
      expect((await host.read([FILE])).files).toEqual({ [FILE]: 'tag: v2\n' });
    });

    it('commits several files at once, whichever folders they are in', async () => {
      const files = { [FILE]: 'tag: v2\n', 'envs/prod/values.yaml': 'tag: v2\n', [UNICODE_FILE]: 'tag: v2\n', 'a/b/c/d/e/f/g/deep.yaml': 'tag: v2\n', [WINDOWS_FILE]: WINDOWS_TEXT.replace('v1', 'v2') };
      await host.commit({ head: await world.head(), files, message: 'Deploy v2' });
      expect((await (await world.open('reader')).read(Object.keys(files))).files).toEqual(files);
    });

    it('commits nothing but the message, and moves the branch with it', async () => {
      const before = await host.read([FILE]);
      const revision = await host.commit({ head: before.revision, files: {}, message: 'Deploy v1 again' });
      const after = await host.read([FILE]);
      expect(revision).not.toBe(before.revision);
      expect(after).toMatchObject({ revision, message: expect.stringContaining('Deploy v1 again') as string, files: before.files });
    });

    it('commits again on its own commit', async () => {
      const first = await commitTag('v2', await world.head());
      const second = await commitTag('v3', first);
      expect((await host.read([FILE])).files).toEqual({ [FILE]: 'tag: v3\n' });
      expect(await world.head()).toBe(second);
    });

    it.each([
      ['the same file', { [FILE]: 'tag: v9\n' }],
      ['an unrelated file', { 'README.md': 'changed\n' }],
    ])('loses to somebody who changed %s, and writes nothing', async (_what, files) => {
      const { revision: head } = await host.read([FILE]);
      const theirs = await world.commit(files);
      await expect(commitTag('v2', head)).rejects.toThrow(ConflictError);
      expect(await world.head()).toBe(theirs);
    });

    it('loses to somebody who moved the branch back, and writes nothing', async () => {
      const before = await world.head();
      const head = await world.commit({ 'README.md': 'changed\n' });
      await host.read([FILE]);
      await world.reset(before);
      await expect(commitTag('v2', head)).rejects.toThrow(ConflictError);
      expect((await host.read([FILE])).revision).toBe(before);
      await commitTag('v2', before);
      expect((await host.read([FILE, 'README.md'])).files).toEqual({ [FILE]: 'tag: v2\n', 'README.md': 'hello\n' });
    });

    it('wins the second time, on the new head', async () => {
      const { revision: head } = await host.read([FILE]);
      await world.commit({ 'README.md': 'changed\n' });
      await expect(commitTag('v2', head)).rejects.toThrow(ConflictError);
      await commitTag('v2', (await host.read([FILE])).revision);
      expect((await host.read([FILE, 'README.md'])).files).toEqual({ [FILE]: 'tag: v2\n', 'README.md': 'changed\n' });
    });

    it('lets exactly one of several concurrent commits win', async () => {
      const { revision: head } = await host.read([FILE]);
      const hosts = await Promise.all(Array.from({ length: 6 }, () => world.open('writer')));
      const results = await Promise.allSettled(hosts.map((one, index) => commitTag(`v${index + 2}`, head, one)));
      const losers = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      expect(losers).toHaveLength(5);
      for (const loser of losers) expect(loser).toBeInstanceOf(ConflictError);
      const [winner] = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      if (!takesBack) expect(await world.head()).toBe(winner);
      expect((await host.read([FILE])).files).toEqual((await host.read([FILE], winner)).files);
    });

    it('lets six people in who read again whenever they have lost, each once', async () => {
      const before = await world.head();
      const paths = Object.keys(FILES).filter((path) => path !== 'latin1.yaml').slice(0, 6);
      const people = await Promise.all(paths.map(async (path) => ({ path, host: await world.open('writer') })));
      const revisions = await Promise.all(people.map(({ path, host: one }) => commitUntilIn(one, path)));
      const after = await (await world.open('reader')).read(paths);
      expect(after.files).toEqual(Object.fromEntries(paths.map((path) => [path, `by: ${path}\n`])));
      expect(new Set([...revisions, before]).size).toBe(7);
      expect(revisions).toContain(after.revision);
    });

    it('does not add a file', async () => {
      const head = await world.head();
      await expect(host.commit({ head, files: { 'new.yaml': 'x\n' }, message: 'Add' })).rejects.toThrow(NotFoundError);
      expect(await world.head()).toBe(head);
    });

    it.skipIf(unable.includes('decline'))('repeats the words of a host that declines', async () => {
      await world.decline('main is frozen until Monday');
      const head = await world.head();
      const committing = commitTag('v2', head);
      await expect(committing).rejects.toThrow(RefusedError);
      await expect(committing).rejects.toThrow('main is frozen until Monday');
      expect(await world.head()).toBe(head);
    });

    it.skipIf(unable.includes('protect'))('does not get past a protected branch, and repeats what the host says of it', async () => {
      const words = await world.protect();
      const head = await world.head();
      const committing = commitTag('v2', head);
      await expect(committing).rejects.toSatisfy((error) => error instanceof RefusedError || error instanceof ForbiddenError);
      await expect(committing).rejects.toThrow(words);
      expect(await world.head()).toBe(head);
    });

    it('says that the branch is missing to which it should commit', async () => {
      const other = await world.open('writer', { branch: 'nowhere' });
      const head = await world.head();
      await expect(other.commit({ head, files: { [FILE]: 'tag: v2\n' }, message: 'Deploy v2' })).rejects.toSatisfy((error) => error instanceof NotFoundError || error instanceof ConflictError);
      expect(await world.head()).toBe(head);
    });
  });

  describe(`GitHost (${name}): a large folder`, () => {
    const paths = Array.from({ length: 600 }, (_, index) => `services/service-${String(index).padStart(5, '0')}/values.yaml`);

    beforeAll(async () => {
      world = await createWorld(Object.fromEntries(paths.map((path) => [path, 'tag: v1\n'])));
      host = await world.open('writer');
    });
    afterAll(() => world.stop());

    it('commits to one service of 600, and to another one after it', async () => {
      const [first = '', second = '', ...others] = paths;
      const revision = await host.commit({ head: await world.head(), files: { [first]: 'tag: v2\n' }, message: 'Deploy v2' });
      await host.commit({ head: revision, files: { [second]: 'tag: v3\n' }, message: 'Deploy v3' });
      const { files } = await (await world.open('reader')).read([first, second, others[0] ?? '', others.at(-1) ?? '']);
      expect(Object.values(files)).toEqual(['tag: v2\n', 'tag: v3\n', 'tag: v1\n', 'tag: v1\n']);
    });
  });

  describe(`GitHost (${name}): access`, () => {
    beforeAll(begin);
    afterAll(() => world.stop());

    it('does not accept wrong credentials', async () => {
      const stranger = await world.open('stranger');
      await expect(stranger.read([FILE])).rejects.toThrow(UnauthorizedError);
      await expect(stranger.read([FILE])).rejects.toThrow(world.credentials ?? 'slipway/stranger');
    });

    it.skipIf(unable.includes('reader'))('does not let a reader commit', async () => {
      const reader = await world.open('reader');
      const { revision: head } = await reader.read([FILE]);
      await expect(commitTag('v2', head, reader)).rejects.toThrow(ForbiddenError);
      expect(await world.head()).toBe(head);
    });
  });
}
