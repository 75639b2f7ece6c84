import { createGiteaApiWorld } from '../support/git-hosts/gitea-world.ts';
import { gitHostContract } from './git-host.contract.ts';

gitHostContract('Gitea', (files) => createGiteaApiWorld(files));
