import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildArguments, modulesRead, pinnedVersion, requiredGo } from '../../../../lab/build/recipe.ts';
import { TOOL_GROUPS, type ToolGroup } from '../../../../lab/build/tool-groups.ts';
import { commandOf, type Tools } from '../../../../lab/build/tools.ts';

const TOOLS = fileURLToPath(new URL('../../../../lab/tools', import.meta.url));
const groups = Object.keys(TOOL_GROUPS) as ToolGroup[];

function goModOf(group: ToolGroup): Promise<string> {
  return readFile(join(TOOLS, group, 'go.mod'), 'utf8');
}

describe('TOOL_GROUPS', () => {
  it('are the Go modules of lab/tools', async () => {
    const folders = (await readdir(TOOLS, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual([...groups].sort());
  });

  it.each(groups)('%s pins its modules with their sums, and the files that are added to them exist', async (group) => {
    const recipe = TOOL_GROUPS[group];
    const goMod = await goModOf(group);
    expect(existsSync(join(TOOLS, group, 'go.sum'))).toBe(true);
    for (const module of modulesRead(recipe)) expect(pinnedVersion(goMod, module)).toMatch(/^\d+\.\d+\.\d+$/);
    for (const { from } of recipe.additions ?? []) expect(existsSync(join(TOOLS, group, from))).toBe(true);
    expect(requiredGo(goMod)).toMatch(/^1\.26\.\d+$/);
  });

  it('links the version of Kubernetes that clients are answered', async () => {
    expect(buildArguments(TOOL_GROUPS.kube, await goModOf('kube')).join(' ')).toMatch(/gitVersion=v1\.36\.3 .*gitMajor=1 .*gitMinor=36 .*gitTreeState=clean/);
  });

  it('gives Gitea its database', async () => {
    expect(buildArguments(TOOL_GROUPS.gitea, await goModOf('gitea')).join(' ')).toMatch(/-tags sqlite,sqlite_unlock_notify$/);
  });
});

describe('pinnedVersion', () => {
  it('reads single requirements, blocks and what is only needed indirectly', () => {
    const goMod = 'module m\n\ngo 1.26.0\n\nrequire a.example/one v1.2.3\n\nrequire (\n\tb.example/two v0.4.0 // indirect\n)\n';
    expect([pinnedVersion(goMod, 'a.example/one'), pinnedVersion(goMod, 'b.example/two')]).toEqual(['1.2.3', '0.4.0']);
  });

  it('refuses a module that is not there', () => {
    expect(() => pinnedVersion('module m\n', 'c.example/three')).toThrow('go.mod does not pin c.example/three');
  });
});

describe('commandOf', () => {
  const tools: Tools = { kube: '/c/kube', argocd: '/c/argocd', helm: '/c/helm', gitea: '/c/gitea', rollouts: '/c/rollouts', 'eks-authenticator': '/c/eks', redis: '/c/redis', 'image-updater': '' };

  it.each([
    ['etcd', '/c/kube/bin/etcd'],
    ['kubectl', '/c/kube/bin/kubectl'],
    ['argocd', '/c/argocd/bin/argocd'],
    ['argocd-applicationset-controller', '/c/argocd/bin/argocd-applicationset-controller'],
    ['helm', '/c/helm/bin/helm'],
    ['rollouts-controller', '/c/rollouts/bin/rollouts-controller'],
    ['eks-authenticator', '/c/eks/bin/eks-authenticator'],
    ['redis', '/c/redis/bin/redis'],
  ])('finds %s', (name, path) => {
    expect(commandOf(tools, name)).toBe(path);
  });

  it('refuses a name that nobody has, and one whose group was not asked for', () => {
    expect(() => commandOf(tools, 'kubelet')).toThrow('The lab has no command "kubelet"; its commands are etcd,');
    expect(() => commandOf(tools, 'argocd-image-updater')).toThrow('argocd-image-updater belongs to the tools of image-updater, which were not asked for');
  });
});
