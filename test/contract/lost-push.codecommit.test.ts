import { createCodeCommitWorld } from '../support/git-hosts/codecommit-world.ts';
import { gitRefusalsContract } from './git-refusals.contract.ts';
import { type CreateLostPushWorld, lostPushContract } from './lost-push.contract.ts';

lostPushContract('CodeCommit', createWorld());
gitRefusalsContract('CodeCommit', createWorld(3_000), { namesReset: false });

/** Its URL names the region and the repository; what goes through the proxy is the SDK's endpoint. */
function createWorld(silence?: number): CreateLostPushWorld {
  return (files, throughProxy) => createCodeCommitWorld(files, { endpointOf: throughProxy, ...(silence === undefined ? {} : { silence }) });
}
