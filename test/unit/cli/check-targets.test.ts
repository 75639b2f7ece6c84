import { describe, expect, it } from 'vitest';
import { checkTargets } from '../../../cli/apply/check-targets.ts';
import { createMemoryArgoCd } from '../../../src/adapters/memory/argo-cd.ts';
import { createMemoryGitHosts } from '../../../src/adapters/memory/git-host.ts';
import type { GitRepository, Target } from '../../../src/domain/service.ts';
import { anApplication } from '../../support/application.ts';
import { anEdit, anEnvironment, aService, aTarget } from '../../support/service.ts';

const { git, file } = anEdit();
const TARGETS = { eu: aTarget(), us: aTarget({ edits: [anEdit({ file: 'envs/dev/us.yaml' })] }) };

/** What is wrong with a target that has its environment's edits, and with one that has its own, in a repository of these files. */
async function problemsIn(files: Readonly<Record<string, string>>, targets: Readonly<Record<string, Target>> = TARGETS): Promise<readonly string[]> {
  const hosts = createMemoryGitHosts();
  hosts.add(git.url, { files });
  const argocd = createMemoryArgoCd(anApplication({ sources: [{ repoUrl: git.url, targetRevision: git.branch }] }));
  return checkTargets([aService({ environments: { dev: anEnvironment({ targets }) } })], { git: hosts.open, pullRequests: hosts.openPullRequests, argocd: async () => argocd });
}

describe('checkTargets', () => {
  const values = 'image:\n  tag: 1.0.0\n';

  it('finds nothing wrong where each target has what its edits name', async () => {
    expect(await problemsIn({ [file]: values, 'envs/dev/us.yaml': values })).toEqual([]);
  });

  it("looks at a target's own edits instead of its environment's", async () => {
    expect(await problemsIn({ [file]: values, 'envs/dev/us.yaml': 'image: {}\n' })).toEqual([expect.stringMatching(/^inference-service\/dev\/us: .*envs\/dev\/us\.yaml/)]);
    expect(await problemsIn({ [file]: 'image: {}\n', 'envs/dev/us.yaml': values })).toEqual([expect.stringMatching(/^inference-service\/dev\/eu: .*envs\/dev\/values\.yaml/)]);
  });

  it('tries every shape of edit on the files as they are', async () => {
    const manifest = 'kind: Service\n---\nkind: Deployment\nimages:\n- name: web\n';
    const to = (path: string, create?: true) => ({ eu: aTarget({ edits: [anEdit({ path, ...(create && { create }) })] }) });
    expect(await problemsIn({ [file]: manifest }, to('[kind=Deployment].images[name=web].newTag', true))).toEqual([]);
    expect(await problemsIn({ [file]: manifest }, to('[kind=Deployment].images[name=web].newTag'))).toEqual([expect.stringContaining('line 5, column 3: [kind=Deployment].images[name=web] has no key newTag; add it to the file, ask for it by create: true')]);
    expect(await problemsIn({ [file]: manifest }, to('images[name=web].newTag', true))).toEqual([expect.stringContaining('the file holds 2 documents')]);
  });
});

describe('checkTargets, where releases are proposed', () => {
  /** What is wrong with a target whose edits go to this repository. */
  async function problemsAt(repository: Partial<GitRepository>): Promise<readonly string[]> {
    const hosts = createMemoryGitHosts();
    hosts.add(git.url, { files: { [file]: 'image:\n  tag: 1.0.0\n' }, access: { 'slipway/writer': 'write', 'slipway/reader': 'read' } });
    const argocd = createMemoryArgoCd(anApplication({ sources: [{ repoUrl: git.url, targetRevision: git.branch }] }));
    const environment = anEnvironment({ edits: [anEdit({ git: { ...git, ...repository } })], pullRequest: { timeout: 3_600_000, autoMerge: false } });
    return checkTargets([aService({ environments: { dev: environment } })], { git: hosts.open, pullRequests: hosts.openPullRequests, argocd: async () => argocd });
  }

  it('finds nothing wrong where the credentials may open a pull request', async () => {
    expect(await problemsAt({ host: 'gitea', credentials: 'slipway/writer' })).toEqual([]);
  });

  it('says which credentials may not', async () => {
    expect(await problemsAt({ host: 'gitea', credentials: 'slipway/reader' })).toEqual([expect.stringMatching(/^inference-service\/dev\/eu: Git repository \S+ does not let the user of secret slipway\/reader write\.$/)]);
  });
});
