import { createGiteaPullsWorld } from '../support/git-hosts/gitea-world.ts';
import { pullRequestsContract } from './pull-requests.contract.ts';

pullRequestsContract('Gitea', createGiteaPullsWorld);
