import { describe, expect, it } from 'vitest';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryGitHosts, type MemoryRepository } from '../../../src/adapters/memory/git-host.ts';
import { createMemoryReleaseRegistry } from '../../../src/adapters/memory/release-registry.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { ConfigurationError, ConflictError, RefusedError, UnavailableError } from '../../../src/domain/errors.ts';
import type { Edit, Environment, GitRepository } from '../../../src/domain/service.ts';
import type { TargetChange } from '../../../src/domain/target-state.ts';
import type { GitHost } from '../../../src/ports/git-host.ts';
import { rollBack } from '../../../src/steps/roll-back.ts';
import { TargetStepInput } from '../../../src/steps/wire.ts';
import { aClaim, aDeployment, aDigest, aRelease } from '../../support/release.ts';
import { anEnvironment, aService, aTarget } from '../../support/service.ts';

const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:slipway-dev:e1';
const GIT: GitRepository = { host: 'git', url: 'https://github.com/team/config.git', branch: 'main', aliases: [] };
const FILE = 'envs/dev/values.yaml';
const NOW = '2026-01-02T03:10:00.000Z';
const CAUSE = 'pod web-1: CrashLoopBackOff';
const edit = (path: string, value: Edit['value']): Edit => ({ git: GIT, file: FILE, path, value });
const EDITS = [edit('image.tag', 'tag'), edit('image.digest', 'digest')];

const previous = aRelease({ tag: '1.0.0', digest: aDigest('0'), releasedAt: '2026-01-01T00:00:00.000Z' });
const repositoryOf = { registry: previous.registry, name: previous.repository };
const values = (tag: string, digest: string) => `image:\n  tag: ${tag} # ours\n  digest: "${digest}"\n`;
const FAILED = values('1.1.0', aDigest());
const BACK = values('1.0.0', previous.digest);

type World = {
  readonly environment?: Partial<Environment>;
  readonly deployment?: Partial<Deployment>;
  readonly values?: string;
  readonly hasSucceeded?: boolean;
  readonly isInEcr?: boolean;
  /** Happens when a commit has been asked for and before the host sees it. */
  readonly beforeCommit?: (repository: MemoryRepository, attempt: number) => Promise<void> | void;
  readonly afterCommit?: () => void;
};

/** Release 1.1.0 is on the branch and has failed; 1.0.0 is what succeeded last. */
async function aWorld({ environment = {}, values: text = FAILED, hasSucceeded = true, isInEcr = true, ...options }: World = {}) {
  const hosts = createMemoryGitHosts();
  const repository = hosts.add(GIT.url, { files: { [FILE]: text, 'README.md': 'hello\n' } });
  const commit = { revision: repository.head(), head: repository.head(), url: null, changes: [] };
  const marks = { started: '2026-01-02T03:04:06.000Z', committed: '2026-01-02T03:04:08.000Z', applied: '2026-01-02T03:04:10.000Z' };
  const deployment = aDeployment({ claim: { generation: 2, redrives: 0 }, marks, commit, cause: CAUSE, ...options.deployment });
  const targets = createMemoryTargetStore();
  const change = async (changes: TargetChange) => targets.change(deployment, await targets.target(deployment), changes);
  await change({ claim: aClaim({ execution: 'before' }) });
  await targets.conclude(deployment, { execution: 'before', generation: 1 }, hasSucceeded ? { release: previous, execution: 'before', concludedAt: NOW } : null);
  await change({ claim: aClaim({ execution: EXECUTION, generation: 2 }) });
  const registry = createMemoryReleaseRegistry();
  registry.push(repositoryOf, { digest: aDigest(), imagePushedAt: NOW }, '1.1.0');
  if (isInEcr) registry.push(repositoryOf, { digest: previous.digest, imagePushedAt: NOW });
  let attempts = 0;
  async function open(entry: GitRepository): Promise<GitHost> {
    const host = await hosts.open(entry);
    return {
      ...host,
      async commit(asked) {
        attempts += 1;
        await options.beforeCommit?.(repository, attempts);
        const revision = await host.commit(asked);
        options.afterCommit?.();
        return revision;
      },
    };
  }
  const services = createMemoryServiceStore([aService({ environments: { dev: anEnvironment({ rollback: 'automatic', edits: EDITS, ...environment }) } })]);
  return {
    repository,
    registry,
    deployment,
    attempts: () => attempts,
    read: async () => (await hosts.open(GIT)).read([FILE]),
    quarantine: async () => (await targets.target(deployment)).quarantine,
    loseClaim: () => change({ claim: aClaim({ execution: 'other', generation: 3 }) }),
    run: (input: Partial<TargetStepInput> = {}) => rollBack.run({ services, targets, registry, git: open, clock: createMemoryClock(NOW) }, { execution: EXECUTION, redrives: 0, deployment, ...input }),
  };
}

describe('rollBack', () => {
  it('brings the previous release back as a commit, and says what went wrong and what comes back', async () => {
    const { run, read } = await aWorld();
    const { status, deployment } = await run();
    const { revision, message, files } = await read();
    expect(status).toBe('committed');
    expect(files[FILE]).toBe(BACK);
    expect(message).toMatch(/^rollback\(dev\): inference-service 1\.0\.0\n\n/);
    expect(message).toContain(`\nSlipway-Execution: ${EXECUTION}\nSlipway-Release: inference-service:1.0.0@${previous.digest}\n`);
    expect(deployment.commit).toMatchObject({ revision, head: revision, url: `https://github.com/team/config/commit/${revision}` });
    expect(deployment.commit?.changes.map(({ path, line }) => [path, line])).toEqual([['image.tag', 2], ['image.digest', 3]]);
  });

  it("words the commit as the repository's entry says, and names the release that failed", async () => {
    const git: GitRepository = { ...GIT, commit: { subject: '{action} of {service} to {tag}', body: 'was {previous}' } };
    const { run, read } = await aWorld({ environment: { edits: EDITS.map((one) => ({ ...one, git })) } });
    await run();
    expect((await read()).message).toMatch(/^rollback of inference-service to 1\.0\.0\n\nwas 1\.1\.0 \(sha256:a{64}\)\n\nSlipway-Target: /);
  });

  it("takes the target's own edits back where it has any, and leaves the environment's alone", async () => {
    const targets = { eu: aTarget({ edits: [edit('image.tag', 'tag')] }) };
    const { run, read } = await aWorld({ environment: { targets, edits: [edit('image.digest', 'digest')] } });
    await run();
    expect((await read()).files[FILE]).toBe(values('1.0.0', aDigest()));
  });

  it('sets aside how far the failed release had come, and keeps the cause', async () => {
    const { run, deployment: failed } = await aWorld({ deployment: { watchingSince: NOW, syncRequested: true, pods: [{ name: 'web-1', ready: false, digest: null }] } });
    const { deployment } = await run();
    const { marks, commit, pods } = failed;
    expect(deployment.rollback).toEqual({ release: previous, failedAt: NOW, marks, reported: {}, commit, pods });
    expect(deployment.marks).toEqual({ started: marks.started, committed: NOW });
    expect(deployment).toMatchObject({ release: aRelease(), cause: CAUSE, claim: { generation: 2, redrives: 0 } });
    for (const ended of ['watchingSince', 'syncRequested', 'operationRevision', 'pods', 'reported']) expect(deployment).not.toHaveProperty(ended);
    expect(TargetStepInput.parse({ execution: EXECUTION, redrives: 0, deployment }).deployment).toEqual(deployment);
  });

  it('quarantines the release that failed, with why', async () => {
    const { run, quarantine } = await aWorld();
    await run();
    expect(await quarantine()).toEqual([{ digest: aDigest(), tag: '1.1.0', since: NOW, cause: CAUSE }]);
  });

  it('has quarantined it before the host sees the commit', async () => {
    const seen: unknown[] = [];
    const world = await aWorld({ beforeCommit: async () => void seen.push(...(await world.quarantine())) });
    await world.run();
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['the environment leaves it to people', { environment: { rollback: 'manual' } }],
    ['a person asked for a rollback, and it is that one which failed', { deployment: { request: { by: 'arn:alice', reason: 'slow', at: NOW, rollback: true } } }],
  ] satisfies [string, World][])('lets the failure stand where %s, and writes nothing', async (_why, options) => {
    const { run, deployment, quarantine, attempts } = await aWorld(options);
    expect(await run()).toEqual({ status: 'failed', deployment });
    expect([attempts(), await quarantine()]).toEqual([0, []]);
  });

  it.each([
    ['nothing has succeeded on the target', { hasSucceeded: false }, 'no release has succeeded here'],
    ['the previous image is gone', { isInEcr: false }, '1.0.0 is no longer in ECR'],
  ])('says that there is nothing to go back to where %s', async (_why, options, reason) => {
    const { run, attempts, quarantine } = await aWorld(options);
    expect(await run()).toMatchObject({ status: 'failed', deployment: { cause: `${CAUSE}; nothing to roll back to: ${reason}` } });
    expect([attempts(), await quarantine()]).toEqual([0, []]);
  });

  it('does not go back to an image that was archived: it cannot be pulled', async () => {
    const { run, registry } = await aWorld();
    registry.archive(repositoryOf, previous.digest);
    expect((await run()).deployment.cause).toBe(`${CAUSE}; nothing to roll back to: 1.0.0 is no longer in ECR`);
  });

  it('leaves what somebody else has set since, and names it', async () => {
    const { run, repository, quarantine, attempts } = await aWorld();
    const revision = repository.commit({ [FILE]: values('2.0.0', aDigest()) });
    const { status, deployment } = await run();
    expect(status).toBe('failed');
    expect(deployment.cause).toBe(`${CAUSE}; not rolled back: image.tag of ${FILE} was changed since, at ${revision}`);
    expect(deployment.rollback).toBeUndefined();
    expect(attempts()).toBe(0);
    expect(await quarantine()).toHaveLength(1);
  });

  it('is superseded when a newer release has the claim, and quarantines nothing', async () => {
    const world = await aWorld();
    await world.loseClaim();
    expect(await world.run()).toMatchObject({ status: 'superseded', deployment: { cause: expect.stringContaining(`${CAUSE}; not rolled back, superseded`) as string } });
    expect([world.attempts(), await world.quarantine()]).toEqual([0, []]);
  });

  it('takes back only what has not gone back yet', async () => {
    const { run, read } = await aWorld({ values: values('1.0.0', aDigest()) });
    const { deployment } = await run();
    expect(deployment.commit?.changes).toMatchObject([{ path: 'image.digest' }]);
    expect((await read()).files[FILE]).toBe(BACK);
  });

  it('commits nothing where somebody has brought the previous release back already', async () => {
    const { run, repository, attempts } = await aWorld();
    const head = repository.commit({ [FILE]: BACK });
    expect(await run()).toMatchObject({ status: 'committed', deployment: { commit: { revision: null, head, url: null, changes: [] }, marks: { committed: NOW }, rollback: { release: previous } } });
    expect(attempts()).toBe(0);
  });
});

describe('rollBack, when things go wrong', () => {
  it('finds its own commit when the answer to the push was lost', async () => {
    let lost = true;
    const afterCommit = () => {
      if (lost) throw new UnavailableError('the connection was cut');
    };
    const { run, repository, attempts, quarantine } = await aWorld({ afterCommit });
    await expect(run()).rejects.toThrow(UnavailableError);
    lost = false;
    const revision = repository.head();
    expect(await run()).toMatchObject({ status: 'committed', deployment: { commit: { revision, head: revision, url: expect.stringContaining(revision) as string } } });
    expect(attempts()).toBe(1);
    expect(await quarantine()).toHaveLength(1);
  });

  it('makes its edit again on the new head after a lost race', async () => {
    const beforeCommit = (repository: MemoryRepository, attempt: number) => {
      if (attempt < 3) repository.commit({ [FILE]: `# round ${attempt}\n${FAILED}` });
    };
    const { run, read, attempts } = await aWorld({ beforeCommit });
    expect((await run()).status).toBe('committed');
    expect(attempts()).toBe(3);
    expect((await read()).files[FILE]).toBe(`# round 2\n${BACK}`);
  });

  it('proves its claim again on every attempt', async () => {
    const world = await aWorld({
      beforeCommit: async (repository) => {
        repository.commit({ 'README.md': 'hello again\n' });
        await world.loseClaim();
      },
    });
    expect((await world.run()).status).toBe('superseded');
    expect(world.attempts()).toBe(1);
  });

  it('leaves a race that it always loses to the state machine', async () => {
    const { run, attempts } = await aWorld({ beforeCommit: (repository, attempt) => void repository.commit({ 'README.md': `${attempt}\n` }) });
    await expect(run()).rejects.toThrow(ConflictError);
    expect(attempts()).toBe(8);
  });

  it("passes on the host's refusal", async () => {
    const { run, repository } = await aWorld();
    repository.decline('protected branch');
    await expect(run()).rejects.toThrow(RefusedError);
  });

  it('does not turn a target round that is no longer configured', async () => {
    const { run } = await aWorld();
    await expect(run({ deployment: aDeployment({ target: 'us' }) })).rejects.toThrow(ConfigurationError);
  });

  it('counts the time before a redrive as idle', async () => {
    const { run } = await aWorld();
    const { deployment } = await run({ redrives: 1, redrivenAt: '2026-01-02T03:09:00.000Z' });
    expect(deployment.idle).toEqual([{ from: '2026-01-02T03:04:10.000Z', to: '2026-01-02T03:09:00.000Z' }]);
  });
});
