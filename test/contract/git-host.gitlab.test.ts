import { createGitLabWorld } from '../support/git-hosts/gitlab-world.ts';
import { gitHostContract } from './git-host.contract.ts';

gitHostContract('GitLab', (files) => createGitLabWorld(files));
