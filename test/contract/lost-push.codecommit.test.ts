import { createCodeCommitWorld } from '../support/git-hosts/codecommit-world.ts';
import type { GitFiles } from './git-host.contract.ts';
import { gitRefusalsContract, type RefusalsWorld } from './git-refusals.contract.ts';
import { lostPushContract } from './lost-push.contract.ts';

lostPushContract('CodeCommit', createWorld);
gitRefusalsContract('CodeCommit', createWorld, { namesReset: false });

/** Its URL names the region and the repository; what goes through the proxy is the SDK's endpoint. */
function createWorld(files: GitFiles, throughProxy: (url: string) => string): Promise<RefusalsWorld> {
  return createCodeCommitWorld(files, { endpointOf: throughProxy });
}
