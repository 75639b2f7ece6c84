import { describe, expect, it } from 'vitest';
import { createMemoryArgoCd } from '../../../src/adapters/memory/argo-cd.ts';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryGitHosts, type MemoryRepository } from '../../../src/adapters/memory/git-host.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import { ConfigurationError, ConflictError, ForbiddenError, NotFoundError, RefusedError, UnavailableError } from '../../../src/domain/errors.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { Release } from '../../../src/domain/release.ts';
import type { Edit, GitRepository, Target } from '../../../src/domain/service.ts';
import type { TargetStore } from '../../../src/ports/deployment-store.ts';
import type { GitHost } from '../../../src/ports/git-host.ts';
import { commitRelease } from '../../../src/steps/commit-release.ts';
import { anApplication } from '../../support/application.ts';
import { aClaim, aDeployment, aDigest, aRelease } from '../../support/release.ts';
import { anEnvironment, aService, aTarget } from '../../support/service.ts';

const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:slipway-dev:e1';
const GIT: GitRepository = { host: 'git', url: 'https://github.com/team/config.git', branch: 'main', aliases: [] };
const FILE = 'envs/dev/values.yaml';
const VALUES = `image:\n  tag: 1.0.0 # ours\n  digest: "${aDigest('0')}"\n`;
const NOW = '2026-01-02T03:10:00.000Z';

function edit(path: string, value: Edit['value'], git = GIT): Edit {
  return { git, file: FILE, path, value };
}

const PINNED = [edit('image.tag', 'tag'), edit('image.digest', 'digest')];
const TAG_ONLY = [edit('image.tag', 'tag')];

type World = {
  interrupts?: NonNullable<Deployment['interrupts']>;
  edits?: readonly Edit[];
  target?: Partial<Target>;
  values?: string;
  current?: Release;
  sources?: { repoUrl: string; targetRevision: string }[];
  /** Happens when a commit has been asked for and before the host sees it. */
  beforeCommit?: (repository: MemoryRepository, attempt: number) => Promise<void> | void;
  afterCommit?: () => void;
};

async function aWorld({ interrupts, edits = PINNED, target = {}, values = VALUES, current, sources = [{ repoUrl: 'git@github.com:team/config.git', targetRevision: 'main' }], ...hooks }: World = {}) {
  const hosts = createMemoryGitHosts();
  const repository = hosts.add(GIT.url, { files: { [FILE]: values, 'README.md': 'hello\n' } });
  const argocd = createMemoryArgoCd(anApplication({ sources }));
  const services = createMemoryServiceStore([aService({ environments: { dev: anEnvironment({ edits, targets: { eu: aTarget(target) } }) } })]);
  const targets = createMemoryTargetStore();
  const deployment = aDeployment({ claim: { generation: 1, redrives: 0 }, ...(interrupts && { interrupts }) });
  const proof = { execution: EXECUTION, generation: 1 };
  const claim = async () => targets.change(deployment, await targets.target(deployment), { claim: aClaim(proof) });
  await claim();
  if (current !== undefined) {
    await targets.conclude(deployment, proof, { release: current, execution: 'before', concludedAt: NOW });
    await claim();
  }
  let attempts = 0;
  async function open(entry: GitRepository): Promise<GitHost> {
    const host = await hosts.open(entry);
    return {
      ...host,
      async commit(change) {
        attempts += 1;
        await hooks.beforeCommit?.(repository, attempts);
        const revision = await host.commit(change);
        hooks.afterCommit?.();
        return revision;
      },
    };
  }
  const read = async () => (await hosts.open(GIT)).read([FILE]);
  const run = (proving: Pick<TargetStore, 'target' | 'prove'> = targets) => commitRelease.run({ services, targets: proving, git: open, pullRequests: hosts.openPullRequests, argocd: async () => argocd, clock: createMemoryClock(NOW) }, { execution: EXECUTION, redrives: 0, deployment });
  return { run, read, repository, argocd, targets, services, deployment, attempts: () => attempts };
}

describe('commitRelease', () => {
  it('commits the image, and says of which release, to which target and by which execution', async () => {
    const { run, read } = await aWorld();
    const { status, deployment } = await run();
    const { revision, message, files } = await read();
    expect(status).toBe('committed');
    expect(files[FILE]).toBe(`image:\n  tag: 1.1.0 # ours\n  digest: "${aDigest()}"\n`);
    expect(deployment.commit).toMatchObject({ revision, head: revision, url: `https://github.com/team/config/commit/${revision}` });
    expect(deployment.commit?.changes.map(({ path, line }) => [path, line])).toEqual([['image.tag', 2], ['image.digest', 3]]);
    expect(deployment.marks.committed).toBe(NOW);
    expect(message).toMatch(/^deploy\(dev\): inference-service 1\.1\.0\n\n/);
    expect(message).toContain(`\nSlipway-Execution: ${EXECUTION}\nSlipway-Release: inference-service:1.1.0@${aDigest()}\n`);
  });

  it("words the commit as the repository's entry says, and names the release before", async () => {
    const git: GitRepository = { ...GIT, commit: { subject: 'chore({environment}): {service} {tag}', body: 'was {previous}' } };
    const { run, read } = await aWorld({ edits: [edit('image.tag', 'tag', git), edit('image.digest', 'digest', git)], current: aRelease({ tag: '1.0.0', digest: aDigest('0') }) });
    await run();
    expect((await read()).message).toMatch(/^chore\(dev\): inference-service 1\.1\.0\n\nwas 1\.0\.0 \(sha256:0{64}\)\n\nSlipway-Target: inference-service\/dev\/eu\nSlipway-Execution: /);
  });

  it("makes the target's own edits where it has any, and leaves the environment's alone", async () => {
    const { run, read } = await aWorld({ target: { edits: [edit('eu.tag', 'tag')] }, values: `${VALUES}eu:\n  tag: 1.0.0\n` });
    expect((await run()).deployment.commit?.changes.map(({ path }) => path)).toEqual(['eu.tag']);
    expect((await read()).files[FILE]).toBe(`${VALUES}eu:\n  tag: 1.1.0\n`);
  });

  it('does not commit what is there already', async () => {
    const { run, repository, attempts } = await aWorld({ values: `image:\n  tag: 1.1.0\n  digest: ${aDigest()}\n` });
    const head = repository.head();
    expect(await run()).toMatchObject({ status: 'committed', deployment: { commit: { revision: null, head, url: null, changes: [] }, marks: { committed: NOW } } });
    expect(attempts()).toBe(0);
  });

  it('commits even nothing where another release may still be on its way to the branch, so that its push loses', async () => {
    const interrupts = [{ tag: '1.0.9', digest: aDigest('9') }];
    const { run, read, repository, attempts } = await aWorld({ interrupts, values: `image:\n  tag: 1.1.0\n  digest: ${aDigest()}\n` });
    const before = await read();
    const { status, deployment } = await run();
    expect(repository.head()).not.toBe(before.revision);
    expect({ status, commit: deployment.commit }).toMatchObject({ status: 'committed', commit: { revision: repository.head(), head: repository.head(), changes: [] } });
    expect((await read()).files).toEqual(before.files);
    expect((await run()).deployment.commit?.revision).toBe(repository.head());
    expect(attempts()).toBe(1);
  });

  it('finds its own commit when the answer to the push was lost', async () => {
    let lost = true;
    const afterCommit = () => {
      if (lost) throw new UnavailableError('the connection was cut');
    };
    const { run, repository, attempts } = await aWorld({ afterCommit });
    await expect(run()).rejects.toThrow(UnavailableError);
    lost = false;
    const revision = repository.head();
    expect(await run()).toMatchObject({ status: 'committed', deployment: { commit: { revision, head: revision, url: expect.stringContaining(revision) as string } } });
    expect(attempts()).toBe(1);
  });

  it('makes its edit again on the new head after a lost race', async () => {
    const beforeCommit = (repository: MemoryRepository, attempt: number) => {
      if (attempt < 3) repository.commit({ [FILE]: `# round ${attempt}\n${VALUES}` });
    };
    const { run, read, attempts } = await aWorld({ beforeCommit });
    expect((await run()).status).toBe('committed');
    expect((await read()).files[FILE]).toContain('# round 2\nimage:\n  tag: 1.1.0 # ours\n');
    expect(attempts()).toBe(3);
  });

  it('leaves it to the state machine after eight lost races', async () => {
    const { run, attempts } = await aWorld({ beforeCommit: (repository) => void repository.commit({ 'README.md': 'again\n' }) });
    await expect(run()).rejects.toThrow(ConflictError);
    expect(attempts()).toBe(8);
  });

  it('stops when its claim is taken between two attempts', async () => {
    const world = await aWorld({
      beforeCommit: async (repository) => {
        repository.commit({ 'README.md': 'changed\n' });
        const state = await world.targets.target(world.deployment);
        await world.targets.change(world.deployment, state, { claim: aClaim({ execution: 'newer', generation: 2 }) });
      },
    });
    expect(await world.run()).toMatchObject({ status: 'superseded', deployment: { cause: 'superseded: the claim of the target went to another execution' } });
    expect((await world.read()).files[FILE]).toBe(VALUES);
  });

  it('says on the claim that it commits before the host hears of it, and also where it finds its value there, as after a redrive', async () => {
    const isCommitting = async ({ targets, deployment }: Awaited<ReturnType<typeof aWorld>>) => (await targets.target(deployment)).claim?.committing;
    let seen: boolean | undefined;
    const world = await aWorld({ beforeCommit: async () => void (seen = await isCommitting(world)) });
    await world.run();
    expect(seen).toBe(true);
    const redriven = await aWorld({ values: `image:\n  tag: 1.1.0\n  digest: ${aDigest()}\n` });
    expect(await isCommitting(redriven)).toBe(false);
    await redriven.run();
    expect([await isCommitting(redriven), redriven.attempts()]).toEqual([true, 0]);
  });

  it('stops when its claim is taken between the look at it and its proof', async () => {
    const world = await aWorld();
    const targets = {
      ...world.targets,
      async prove(...proof: Parameters<typeof world.targets.prove>) {
        await world.targets.change(world.deployment, await world.targets.target(world.deployment), { claim: aClaim({ execution: 'newer', generation: 2 }) });
        return world.targets.prove(...proof);
      },
    };
    expect(await world.run(targets)).toMatchObject({ status: 'superseded', deployment: { cause: 'superseded: the claim of the target went to another execution' } });
    expect(world.attempts()).toBe(0);
  });

  it('passes on what the host says when it declines', async () => {
    const { run, repository, attempts } = await aWorld();
    repository.decline('main is frozen');
    await expect(run()).rejects.toThrow(RefusedError);
    expect(attempts()).toBe(1);
  });
});

describe('commitRelease with a tag that moved', () => {
  const current = aRelease({ digest: aDigest('b') });

  it('fails where Git has the tag alone', async () => {
    const { run, read } = await aWorld({ edits: TAG_ONLY, current });
    expect(await run()).toMatchObject({ status: 'failed', deployment: { cause: 'tag 1.1.0 moved; use `tag@digest` or a new tag' } });
    expect((await read()).files[FILE]).toBe(VALUES);
  });

  it('deploys where Git has the digest too', async () => {
    const { run } = await aWorld({ current });
    expect((await run()).status).toBe('committed');
  });

  it.each([
    ['the same digest', aRelease()],
    ['another tag', aRelease({ tag: '1.0.0', digest: aDigest('b') })],
  ])('deploys the tag alone where the current release has %s', async (_what, release) => {
    const { run } = await aWorld({ edits: TAG_ONLY, current: release });
    expect((await run()).status).toBe('committed');
  });
});

describe('commitRelease before the commit', () => {
  it.each([
    ['follows another branch', [{ repoUrl: GIT.url, targetRevision: 'v1' }], 'follows v1 of'],
    ['deploys from another repository', [{ repoUrl: 'https://github.com/team/other', targetRevision: 'main' }], 'deploys from https://github.com/team/other'],
  ])('leaves the branch alone when the Application %s', async (_what, sources, words) => {
    const { run, attempts } = await aWorld({ sources });
    const running = run();
    await expect(running).rejects.toThrow(ConfigurationError);
    await expect(running).rejects.toThrow(words);
    expect(attempts()).toBe(0);
  });

  it('takes HEAD for the default branch', async () => {
    const { run } = await aWorld({ sources: [{ repoUrl: GIT.url, targetRevision: 'HEAD' }] });
    expect((await run()).status).toBe('committed');
  });

  it('leaves the branch alone without the right to sync, without the Application, and while that is being deleted', async () => {
    const { run, argocd, attempts } = await aWorld();
    argocd.allow(false);
    await expect(run()).rejects.toThrow(ForbiddenError);
    argocd.allow(true);
    argocd.show({ deleting: true });
    await expect(run()).rejects.toThrow('is being deleted');
    argocd.remove();
    await expect(run()).rejects.toThrow(NotFoundError);
    expect(attempts()).toBe(0);
  });

  it.each([
    ['lacks the key', 'image:\n  tag: 1.0.0\n', 'envs/dev/values.yaml, line 1, column 1: image has no key digest'],
    ['is not valid YAML', 'image: [\n', 'envs/dev/values.yaml, line 2, column 1: the file is not valid YAML'],
  ])('leaves the branch alone when the values file %s', async (_what, values, words) => {
    const { run, attempts } = await aWorld({ values });
    const running = run();
    await expect(running).rejects.toThrow(ConfigurationError);
    await expect(running).rejects.toThrow(words);
    expect(attempts()).toBe(0);
  });

  it('refuses edits in two repositories, by name', async () => {
    const { run } = await aWorld({ edits: [edit('image.tag', 'tag'), edit('image.digest', 'digest', { ...GIT, url: 'https://github.com/team/second.git' })] });
    await expect(run()).rejects.toThrow('has edits in main of https://github.com/team/config.git and main of https://github.com/team/second.git');
  });

  it('refuses a target that is no longer configured', async () => {
    const { run, services } = await aWorld();
    await services.put(aService({ environments: {} }));
    await expect(run()).rejects.toThrow('inference-service/dev/eu is not configured');
  });
});
