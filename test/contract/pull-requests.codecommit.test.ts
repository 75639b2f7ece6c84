import { createCodeCommitPullsWorld } from '../support/git-hosts/codecommit-world.ts';
import { pullRequestsContract } from './pull-requests.contract.ts';

pullRequestsContract('CodeCommit', createCodeCommitPullsWorld);
