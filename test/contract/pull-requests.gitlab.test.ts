import { createGitLabPullsWorld } from '../support/git-hosts/gitlab-world.ts';
import { pullRequestsContract } from './pull-requests.contract.ts';

pullRequestsContract('GitLab', createGitLabPullsWorld);
