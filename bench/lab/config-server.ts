import { join } from 'node:path';
import { createBareRepository } from '../../sandbox/git/bare-repository.ts';
import { runGit } from '../../sandbox/git/run-git.ts';
import { startHelperProcess } from './helper-process.ts';

export type ConfigServerArgument = { readonly root: string; readonly username: string; readonly password: string };

export type ConfigServerQuestion = 'url' | WebhookReceiver;

/** Argo CD, and the beginning of the names of repositories whose pushes it hears of. */
export type WebhookReceiver = { readonly url: string; readonly caPem: string; readonly prefix: string };

/** Where the teams keep their configuration: one repository for each contender and configuration. */
export type ConfigServer = {
  readonly url: string;
  readonly credential: { readonly username: string; readonly password: string };
  /** Returns the URL of a new repository. */
  createRepository(name: string, files: Readonly<Record<string, string>>): Promise<string>;
  /** From now on Argo CD hears of each push to repositories whose name begins so, as from GitHub. */
  tellArgoCd(argocd: { readonly url: string; readonly caPem: string }, prefix: string): Promise<void>;
  stop(): Promise<void>;
};

/** @param root a folder for the repositories */
export async function startConfigServer(root: string): Promise<ConfigServer> {
  const credential = { username: 'bench', password: crypto.randomUUID() };
  const helper = await startHelperProcess<ConfigServerQuestion, string>(new URL('config-server-process.ts', import.meta.url), { root, ...credential });
  const url = await helper.ask('url');
  return {
    url,
    credential,
    async createRepository(name, files) {
      const { directory } = await createBareRepository(join(root, `${name}.git`), files);
      // Packed with a commit graph, as Git servers keep their repositories.
      await runGit(directory, ['gc', '--quiet']);
      return `${url}/${name}.git`;
    },
    tellArgoCd: async (argocd, prefix) => void (await helper.ask({ url: argocd.url, caPem: argocd.caPem, prefix })),
    stop: () => helper.stop(),
  };
}
