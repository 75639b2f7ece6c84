import { createCodeCommitWorld } from '../support/git-hosts/codecommit-world.ts';
import { gitContentionContract } from './git-contention.contract.ts';
import { gitHostContract } from './git-host.contract.ts';

gitHostContract('CodeCommit', (files) => createCodeCommitWorld(files), { names: ['author'] });
gitContentionContract('CodeCommit', (files) => createCodeCommitWorld(files));
