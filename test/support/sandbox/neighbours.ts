import { later } from '../../../src/domain/instant.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import type { GitRepository } from '../../../src/domain/service.ts';
import { aClaim, aDeployment, aRelease } from '../release.ts';
import { anEnvironment, aService } from '../service.ts';
import { DEV, type DeployedWorld } from './deployed-world.ts';

const NAMES = ['neighbour-one', 'neighbour-two'] as const;

/** Services whose releases wait for the same branch as the sample's, each with a claim, and with a task that nobody hears. */
export type Neighbours = {
  join(tag: string): Promise<void>;
  /** What is wrong with their releases of the tag, in words. Each is on the branch once; or, where it need not be, once at most. */
  wrongs(tag: string, mustBeThere: boolean): Promise<readonly string[]>;
};

/** The repository's entry that the sample's releases are written to. */
export async function repositoryOfDev({ serviceStore }: DeployedWorld): Promise<GitRepository> {
  const service = await serviceStore.service(DEV.service);
  const repository = service?.environments[DEV.environment]?.edits[0]?.git;
  if (repository === undefined) throw new Error(`${DEV.service} has no edits in ${DEV.environment}.`);
  return repository;
}

export const NEIGHBOURS = NAMES.length;

export function neighboursIn(world: DeployedWorld): Neighbours {
  const { world: { git }, targets, batches } = world;
  return {
    async join(tag) {
      const repository = await repositoryOfDev(world);
      for (const name of NAMES) {
        const deployment = deploymentOf(name, tag);
        const state = await targets.target(deployment);
        if (state.claim === null) await settle(world, repository, deployment);
        // Nobody hears of it, so it is never too late to be told.
        const since = later(new Date().toISOString(), 3_600_000);
        await batches.join(repository, { execution: name, deployment, taskToken: `token of ${name}`, since });
      }
    },
    async wrongs(tag, mustBeThere) {
      const log = (await git.repository.log()).map(({ message }) => message);
      return NAMES.flatMap((name) => {
        const commits = log.filter((message) => message.includes(`\nSlipway-Release: ${name}:${tag}@`)).length;
        return commits === 1 || (commits === 0 && !mustBeThere) ? [] : [`${commits} commits of ${name}`];
      });
    },
  };
}

function deploymentOf(name: string, tag: string): Deployment {
  return aDeployment({ service: name, release: aRelease({ repository: name, tag }), claim: { generation: 1, redrives: 0 } });
}

/** It gets a values file, a place in the table, and the claim of its target. */
async function settle({ world: { git }, serviceStore, targets }: DeployedWorld, repository: GitRepository, deployment: Deployment): Promise<void> {
  const { service: name } = deployment;
  const file = `neighbours/${name}.yaml`;
  await git.repository.commit({ message: `Add ${name}\n`, files: { [file]: 'image:\n  tag: 0.0.0\n' } });
  const edits = [{ git: repository, file, path: 'image.tag', value: 'tag' as const }];
  await serviceStore.put(aService({ name, repository: { registry: deployment.release.registry, name }, environments: { dev: anEnvironment({ edits }) } }));
  if (!(await targets.change(deployment, await targets.target(deployment), { claim: aClaim({ execution: name }) }))) throw new Error(`${name} did not get its claim.`);
}
