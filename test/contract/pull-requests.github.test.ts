import { createGitHubPullsWorld } from '../support/git-hosts/github-world.ts';
import { pullRequestsContract } from './pull-requests.contract.ts';

pullRequestsContract('GitHub', createGitHubPullsWorld);
