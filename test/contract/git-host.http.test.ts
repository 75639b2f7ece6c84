import { createHttpGitWorld } from '../support/git/git-world.ts';
import { gitContentionContract } from './git-contention.contract.ts';
import { gitHostContract } from './git-host.contract.ts';

gitHostContract('smart HTTP', (files) => createHttpGitWorld(files), { names: ['author', 'committer'] });
gitHostContract('smart HTTP, a server without filter', (files) => createHttpGitWorld(files, { filter: false }));
gitContentionContract('smart HTTP', (files) => createHttpGitWorld(files));
gitContentionContract('smart HTTP, a server without filter', (files) => createHttpGitWorld(files, { filter: false }));
