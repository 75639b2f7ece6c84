import { createGiteaApiWorld } from '../support/git-hosts/gitea-world.ts';
import { gitContentionContract } from './git-contention.contract.ts';
import { gitHostContract } from './git-host.contract.ts';

gitHostContract('Gitea', (files) => createGiteaApiWorld(files), { names: ['author', 'committer'] });
gitContentionContract('Gitea', (files) => createGiteaApiWorld(files));
