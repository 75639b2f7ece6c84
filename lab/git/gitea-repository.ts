import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BareRepository, createBareRepository, openBareRepository } from '../../sandbox/git/bare-repository.ts';
import { runGit } from '../../sandbox/git/run-git.ts';
import { type CommittedFiles, writeCommit } from '../../sandbox/git/write-objects.ts';
import { basicAuthorization, callGitea } from './gitea-api.ts';
import type { GiteaInstallation } from './start-gitea.ts';

/**
 * A private repository on the forge, from the administrator's side. Commits are pushed over HTTP, as somebody with a clone does it, so
 * that the forge learns of them; what only reads looks at the forge's own folder.
 */
export type GiteaRepository = BareRepository & {
  readonly name: string;
  /** Without credentials. */
  readonly url: string;
  /** Lets a user in. */
  grant(username: string, access: 'read' | 'write'): Promise<void>;
  /** Pushes by force, so that the branch points to that commit. */
  reset(revision: string): Promise<void>;
  /** Nobody may push to the branch from now on: the forge says so in its own words. */
  protectBranch(branch?: string): Promise<void>;
  /** Shell commands that run for each push, before the branch moves; they may decline it. */
  installHook(commands: string): Promise<void>;
  /** The forge tells a URL of each push from now on. */
  tellOfPushes(url: string): Promise<void>;
  /** From now on it can only be read. */
  archive(): Promise<void>;
  /** The old URL leads to the new one from now on. */
  rename(name: string): Promise<GiteaRepository>;
  remove(): Promise<void>;
};

const BRANCH = 'main';

/**
 * Makes a private repository that holds `files` as its one commit on `main`. The forge adopts one that lies in its folder: for a first
 * push it would start itself three times more, as hooks.
 */
export async function createRepository(gitea: GiteaInstallation, name: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<GiteaRepository> {
  await createBareRepository(directoryOf(gitea, name), files, { branch: BRANCH });
  await callGitea(gitea, { method: 'POST', path: `/admin/unadopted/${gitea.username}/${name}` });
  await makeClone(gitea, name);
  return openRepository(gitea, name);
}

/** A repository that `createRepository` has made. */
export function openRepository(gitea: GiteaInstallation, name: string): GiteaRepository {
  const path = `/repos/${gitea.username}/${name}`;
  const directory = directoryOf(gitea, name);
  const stored = openBareRepository(directory, BRANCH);
  const patch = (body: unknown) => callGitea(gitea, { method: 'PATCH', path, body });
  return {
    ...stored,
    name,
    url: urlOf(gitea, name),
    async commit({ branch = BRANCH, message, files }) {
      return commitInClone(cloneOf(gitea, name), { branch, parent: await stored.resolve(`refs/heads/${branch}`), message, files });
    },
    async reset(revision) {
      await runGit(cloneOf(gitea, name), ['push', '--quiet', '--force', 'origin', `${revision}:refs/heads/${BRANCH}`]);
    },
    async grant(username, access) {
      await callGitea(gitea, { method: 'PUT', path: `${path}/collaborators/${username}`, body: { permission: access } });
    },
    async protectBranch(branch = BRANCH) {
      await callGitea(gitea, { method: 'POST', path: `${path}/branch_protections`, body: { rule_name: branch, enable_push: false } });
    },
    async installHook(commands) {
      await callGitea(gitea, { method: 'PATCH', path: `${path}/hooks/git/pre-receive`, body: { content: `#!/bin/sh\ncat >/dev/null\n${commands}\n` } });
    },
    async tellOfPushes(url) {
      await callGitea(gitea, { method: 'POST', path: `${path}/hooks`, body: { type: 'gitea', active: true, events: ['push'], config: { url, content_type: 'json' } } });
    },
    archive: async () => void (await patch({ archived: true })),
    async rename(newName) {
      await patch({ name: newName });
      await rm(cloneOf(gitea, name), { recursive: true });
      await makeClone(gitea, newName);
      return openRepository(gitea, newName);
    },
    async remove() {
      await callGitea(gitea, { method: 'DELETE', path });
      await rm(cloneOf(gitea, name), { recursive: true, force: true });
    },
  };
}

function urlOf(gitea: GiteaInstallation, name: string): string {
  return `${gitea.url}/${gitea.username}/${name}.git`;
}

function directoryOf({ place, username }: GiteaInstallation, name: string): string {
  return join(place, 'gitea', 'repositories', username, `${name}.git`);
}

function cloneOf({ place }: GiteaInstallation, name: string): string {
  return join(place, 'gitea', 'clones', `${name}.git`);
}

/** A clone that borrows the objects of the forge, so it never has to fetch. The token is in its configuration, which no list of processes shows. */
async function makeClone(gitea: GiteaInstallation, name: string): Promise<void> {
  const clone = cloneOf(gitea, name);
  await mkdir(clone, { recursive: true });
  await runGit(clone, ['init', '--quiet', '--bare', '--initial-branch', BRANCH]);
  await writeFile(join(clone, 'objects', 'info', 'alternates'), `${join(directoryOf(gitea, name), 'objects')}\n`);
  const header = `Authorization: ${basicAuthorization(gitea.username, gitea.token)}`;
  await appendFile(join(clone, 'config'), `[http]\n\textraHeader = "${header}"\n[remote "origin"]\n\turl = ${urlOf(gitea, name)}\n`);
}

type Commit = { readonly branch: string; readonly parent: string | null; readonly message: string; readonly files: CommittedFiles };

async function commitInClone(clone: string, { branch, parent, message, files }: Commit): Promise<string> {
  const revision = await writeCommit(clone, { parent, message, files });
  await runGit(clone, ['push', '--quiet', 'origin', `${revision}:refs/heads/${branch}`]);
  return revision;
}
