import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asideFor } from '../../src/adapters/forge/aside-branch.ts';
import { ConflictError, ForbiddenError, NotFoundError } from '../../src/domain/errors.ts';
import type { GitHost, GitSnapshot } from '../../src/ports/git-host.ts';
import type { HeadBranch, Proposal, PullRequests } from '../../src/ports/pull-requests.ts';
import type { GitFiles } from './git-host.contract.ts';

export type PullRequestsUser = 'writer' | 'reader' | 'stranger';

/** One repository with a branch `main`, its pull requests, and the people around them. */
export type PullRequestsWorld = {
  open(user: PullRequestsUser): Promise<PullRequests>;
  openHost(user: 'writer'): Promise<GitHost>;
  /** Another person's commit on main. */
  commit(files: GitFiles): Promise<string>;
  head(): Promise<string>;
  /** A person merges, or closes. */
  merge(number: number): Promise<void>;
  close(number: number): Promise<void>;
  /** Who that person is to the host; null where it does not say who merged. */
  readonly person: string | null;
  /** Commit that a branch points to, and its parent; null where there is no such branch. */
  branch(name: string): Promise<{ readonly head: string; readonly parent: string } | null>;
  /** Title and text as people see them. */
  words(number: number): Promise<{ readonly title: string; readonly body: string }>;
  /** The branch needs a check from now on, which is not over; the result ends it well. Null where the host has no checks of its own. */
  readonly requireCheck: (() => Promise<() => Promise<void>>) | null;
  /** Whether a branch under an open pull request is moved onto the base; else the next commit goes on top of the one before. */
  readonly rebases?: boolean;
  /** Somebody else's deed once the head branch was read, in the midst of the next proposal; null where nothing can come between. */
  readonly meanwhile: ((deed: () => Promise<unknown>) => void) | null;
  /** Whether the host tells who may open one before anybody does; true unless it says otherwise. */
  readonly tellsRights?: boolean;
  /** The repository has no pull requests from now on. Absent where they can't be turned off. */
  readonly turnOff?: () => Promise<void>;
  /** Absent where nothing can be left behind, or nobody can see it. */
  readonly remains?: Remains;
  stop(): Promise<void>;
};

/** What a try leaves in the repository that did not come to its end. */
export type Remains = {
  branches(): Promise<readonly string[]>;
  /** Puts a branch onto the head of main. */
  leave(branch: string): Promise<void>;
  /** Every commit is declined in these words from now on; none with null. */
  decline(words: string | null): Promise<void>;
  /** Whether the commit for a branch that is there is made on another one first. */
  readonly hasAside: boolean;
};

const FILE = 'envs/dev/values.yaml';
const OTHER = 'envs/prod/values.yaml';
const FILES: GitFiles = { [FILE]: 'tag: 1.0.0\n', [OTHER]: 'tag: 1.0.0\n' };
const BRANCH = 'slipway/dev/inference-service';

/** How a pull request comes to be, and what becomes of it, on whatever implements `PullRequests`. */
export function pullRequestsContract(name: string, createWorld: (files: GitFiles) => Promise<PullRequestsWorld>, prepare: { readonly end?: () => Promise<void> } = {}): void {
  describe(`PullRequests: ${name}`, () => {
    let world: PullRequestsWorld;
    let pulls: PullRequests;
    let host: GitHost;
    beforeEach(async () => {
      world = await createWorld(FILES);
      pulls = await world.open('writer');
      host = await world.openHost('writer');
    });
    afterEach(() => world.stop());
    afterAll(() => prepare.end?.());

    const readBase = (): Promise<GitSnapshot> => host.read([FILE]);

    async function proposalOf(tag: string, branch?: HeadBranch): Promise<Proposal> {
      return { branch: branch ?? (await pulls.find(BRANCH)), base: await readBase(), files: { [FILE]: `tag: ${tag}\n` }, message: `deploy(dev): inference-service ${tag}\n`, title: `Deploy ${tag}`, body: `Release: ${tag}` };
    }

    const propose = async (tag: string, branch?: HeadBranch) => pulls.propose(await proposalOf(tag, branch));
    const fileOn = async (revision: string) => (await host.read([FILE], revision)).files[FILE];

    it('knows of no branch and no pull request where there is none', async () => {
      expect(await pulls.find(BRANCH)).toEqual({ name: BRANCH, head: null, pullRequest: null });
    });

    it('opens one with one commit on top of the base, which stays as it is', async () => {
      const base = await world.head();
      const opened = await propose('1.1.0');
      expect(opened).toMatchObject({ state: 'open', url: expect.stringMatching(/^https?:\/\//) as unknown });
      expect(await world.branch(BRANCH)).toEqual({ head: opened.head, parent: base });
      expect(await fileOn(opened.head)).toBe('tag: 1.1.0\n');
      expect(await world.words(opened.number)).toEqual({ title: 'Deploy 1.1.0', body: 'Release: 1.1.0' });
      expect(await world.head()).toBe(base);
      expect(await pulls.find(BRANCH)).toEqual({ name: BRANCH, head: opened.head, pullRequest: opened });
    });

    it('gives the open one the newer release, on top of the base as it is then', async () => {
      const { number, head } = await propose('1.1.0');
      const base = await world.commit({ [OTHER]: 'tag: 2.0.0\n' });
      const updated = await propose('1.2.0');
      expect(updated).toMatchObject({ number, state: 'open' });
      expect(await world.branch(BRANCH)).toEqual({ head: updated.head, parent: world.rebases === false ? head : base });
      expect(await fileOn(updated.head)).toBe('tag: 1.2.0\n');
      expect(await world.words(number)).toEqual({ title: 'Deploy 1.2.0', body: 'Release: 1.2.0' });
    });

    it('loses against whoever has moved the branch since it was read', async () => {
      await propose('1.1.0');
      const stale = await pulls.find(BRANCH);
      const { head } = await propose('1.2.0');
      await expect(propose('1.3.0', stale)).rejects.toThrow(ConflictError);
      expect((await world.branch(BRANCH))?.head).toBe(head);
    });

    it('loses against whoever has made the branch since it was not there', async () => {
      const none = await pulls.find(BRANCH);
      const { head } = await propose('1.2.0');
      await expect(propose('1.1.0', none)).rejects.toThrow(ConflictError);
      expect((await world.branch(BRANCH))?.head).toBe(head);
    });

    it('loses against whoever moves the branch at the last moment', async ({ skip }) => {
      const { meanwhile } = world;
      if (meanwhile === null) return skip();
      await propose('1.1.0');
      const stale = await proposalOf('1.2.0');
      let winner = '';
      meanwhile(async () => void (winner = (await propose('1.3.0')).head));
      await expect(pulls.propose(stale)).rejects.toThrow(ConflictError);
      expect((await world.branch(BRANCH))?.head).toBe(winner);
    });

    it('loses against whoever has changed the file on the base since it was read', async () => {
      const proposal = await proposalOf('1.1.0');
      await world.commit({ [FILE]: 'tag: 1.0.5\n' });
      await expect(pulls.propose(proposal)).rejects.toThrow(ConflictError);
      expect((await pulls.find(BRANCH)).pullRequest).toBeNull();
    });

    it('leaves no branch behind beside its own where the commit is declined, and goes on from there', async ({ skip }) => {
      const { remains } = world;
      if (remains === undefined) return skip();
      const base = await world.head();
      await remains.decline('not on a Friday');
      await expect(propose('1.1.0')).rejects.toThrow('not on a Friday');
      expect((await remains.branches()).filter((name) => name !== BRANCH)).toEqual(['main']);
      await remains.decline(null);
      const { head } = await propose('1.1.0');
      expect(await world.branch(BRANCH)).toEqual({ head, parent: base });
    });

    it('takes over its branch from a try that was cut off before it opened one', async ({ skip }) => {
      const { remains } = world;
      if (remains === undefined) return skip();
      await remains.leave(BRANCH);
      const opened = await propose('1.1.0');
      expect(opened.state).toBe('open');
      expect(await world.branch(BRANCH)).toEqual({ head: opened.head, parent: await world.head() });
    });

    it('takes over and removes the branch on which a try that was cut off made its commit', async ({ skip }) => {
      const { remains } = world;
      if (remains?.hasAside !== true) return skip();
      await propose('1.0.5');
      const { message } = await proposalOf('1.1.0');
      await remains.leave(asideFor(BRANCH, message));
      await world.commit({ [OTHER]: 'tag: 2.0.0\n' });
      const { head } = await propose('1.1.0');
      expect((await world.branch(BRANCH))?.head).toBe(head);
      expect(await remains.branches()).toEqual(['main', BRANCH]);
    });

    it('is merged by a person, and the next release has one of its own on top of that', async () => {
      const first = await propose('1.1.0');
      await world.merge(first.number);
      expect(await pulls.look(first.number)).toMatchObject({ number: first.number, state: 'merged', ...(world.person !== null && { by: world.person }) });
      expect((await readBase()).files[FILE]).toBe('tag: 1.1.0\n');
      expect((await pulls.find(BRANCH)).pullRequest).toBeNull();
      const second = await propose('1.2.0');
      expect(second.number).not.toBe(first.number);
      expect(await world.branch(BRANCH)).toEqual({ head: second.head, parent: await world.head() });
    });

    it('is closed by a person, and the next release has one of its own', async () => {
      const first = await propose('1.1.0');
      await world.close(first.number);
      expect(await pulls.look(first.number)).toMatchObject({ number: first.number, state: 'closed' });
      expect((await pulls.find(BRANCH)).pullRequest).toBeNull();
      expect((await propose('1.2.0')).number).not.toBe(first.number);
    });

    it('is withdrawn with its branch, twice if need be', async () => {
      const { number } = await propose('1.1.0');
      const found = await pulls.find(BRANCH);
      await pulls.withdraw(found);
      expect((await pulls.look(number)).state).toBe('closed');
      expect(await world.branch(BRANCH)).toBeNull();
      await pulls.withdraw(found);
    });

    it('says so where there is none of that number', async () => {
      await expect(pulls.look(4711)).rejects.toThrow(NotFoundError);
    });

    it('is merged by the host where nothing is to be waited for', async ({ skip }) => {
      if (world.requireCheck === null) return skip();
      const opened = await propose('1.1.0');
      await mergeByHost(pulls, opened);
      await expect.poll(async () => (await pulls.look(opened.number)).state, { timeout: 10_000 }).toBe('merged');
      await pulls.autoMerge(opened);
    });

    it('is merged by the host once its checks have succeeded', async ({ skip }) => {
      if (world.requireCheck === null) return skip();
      const succeed = await world.requireCheck();
      const opened = await propose('1.1.0');
      await mergeByHost(pulls, opened);
      await pulls.autoMerge(opened);
      expect((await pulls.look(opened.number)).state).toBe('open');
      await succeed();
      await expect.poll(async () => (await pulls.look(opened.number)).state, { timeout: 10_000 }).toBe('merged');
    });

    it('tells who may open one from who may not, and opens none for that', async () => {
      await pulls.checkRights();
      const asReader = (await world.open('reader')).checkRights();
      if (world.tellsRights === false) await asReader;
      else await expect(asReader).rejects.toThrow(ForbiddenError);
      expect(await pulls.find(BRANCH)).toEqual({ name: BRANCH, head: null, pullRequest: null });
    });

    it('says so where the repository has none', async ({ skip }) => {
      if (world.turnOff === undefined) return skip();
      await world.turnOff();
      await expect(pulls.checkRights()).rejects.toThrow(/ turned off; turn them on in its settings, or set delivery: commit\.$/);
    });

    it('is refused to who may only read', async () => {
      const proposal = await proposalOf('1.1.0');
      const reader = await world.open('reader');
      await expect(reader.propose(proposal)).rejects.toMatchObject({ name: expect.stringMatching(/^(ForbiddenError|UnauthorizedError|NotFoundError)$/) as unknown });
      await expect((await world.open('stranger')).find(BRANCH)).rejects.toMatchObject({ name: 'UnauthorizedError' });
      expect(await world.branch(BRANCH)).toBeNull();
    });
  });
}

/** Some hosts need a moment after a push before they know whether it can be merged: the state machine asks again, too. */
async function mergeByHost(pulls: PullRequests, opened: Parameters<PullRequests['autoMerge']>[0]): Promise<void> {
  await expect.poll(() => pulls.autoMerge(opened).then(() => 'asked', (error: Error) => error.name), { timeout: 10_000 }).not.toBe('UnavailableError');
}
