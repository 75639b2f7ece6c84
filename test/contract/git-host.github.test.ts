import { createGitHubWorld } from '../support/git-hosts/github-world.ts';
import { gitHostContract } from './git-host.contract.ts';

gitHostContract('GitHub', (files) => createGitHubWorld(files));
