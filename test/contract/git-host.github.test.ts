import { createGitHubWorld } from '../support/git-hosts/github-world.ts';
import { gitBatchContract } from './git-batch.contract.ts';
import { gitContentionContract } from './git-contention.contract.ts';
import { gitHostContract } from './git-host.contract.ts';

gitHostContract('GitHub', (files) => createGitHubWorld(files));
gitContentionContract('GitHub', (files) => createGitHubWorld(files));
gitBatchContract('GitHub', (files) => createGitHubWorld(files));
