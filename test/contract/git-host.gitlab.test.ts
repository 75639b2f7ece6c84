import { createGitLabWorld } from '../support/git-hosts/gitlab-world.ts';
import { gitContentionContract } from './git-contention.contract.ts';
import { gitHostContract } from './git-host.contract.ts';

gitHostContract('GitLab', (files) => createGitLabWorld(files), { takesBack: true, names: ['author'] });
gitContentionContract('GitLab', (files) => createGitLabWorld(files));
