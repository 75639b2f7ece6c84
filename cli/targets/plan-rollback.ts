import { targetName, type TargetKey } from '../../src/domain/deployment.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import { chooseRollback, type ReleaseName } from '../../src/domain/rollback-choice.ts';
import type { Release } from '../../src/domain/release.ts';
import type { RecordStore, TargetStore } from '../../src/ports/deployment-store.ts';
import type { ReleaseRegistry } from '../../src/ports/release-registry.ts';

type Ports = { readonly targets: Pick<TargetStore, 'target'>; readonly records: Pick<RecordStore, 'history'>; readonly registry: Pick<ReleaseRegistry, 'image'> };

export type PlannedRollback = {
  readonly key: TargetKey;
  readonly from: ReleaseName;
  /** With a tag that names the digest in ECR now. */
  readonly to: ReleaseName;
};

/** Releases of a target that are looked through. */
const LOOKED_THROUGH = 200;

/**
 * What a rollback will change in each target. Starts nothing.
 *
 * @param stage of the stack, for the command that an error names
 * @throws NotFoundError where a target has nothing to go back to, or ECR no longer has it: for one target as for all
 */
export async function planRollback(ports: Ports, keys: readonly TargetKey[], stage: string, tag?: string): Promise<readonly PlannedRollback[]> {
  return Promise.all(
    keys.map(async (key) => {
      const [state, history] = await Promise.all([ports.targets.target(key), ports.records.history(key, LOOKED_THROUGH)]);
      const choice = chooseRollback(state, history, tag);
      if (choice.choice === 'nothing') throw new NotFoundError(`${targetName(key)} ${choice.reason}; \`slipway status ${key.service} --stage ${stage}\` shows its deployments, and nothing was changed.`);
      return { key, from: choice.from, to: { digest: choice.to.digest, tag: await tagInEcr(ports.registry, key, choice.to) } };
    }),
  );
}

/** The release's tag, or another that names its digest where that tag has moved on. */
async function tagInEcr(registry: Ports['registry'], key: TargetKey, { registry: host, repository, tag, digest }: Release): Promise<string> {
  const refuse = (reason: string, fix: string): never => {
    throw new NotFoundError(`${targetName(key)} can't go back to ${tag}: ${reason}; ${fix}, or name another release with --to.`);
  };
  const image = await registry.image({ registry: host, name: repository }, { digest });
  if (image === null) return refuse(`${digest} is no longer in ECR`, 'push it again');
  if (image.archived) return refuse(`${digest} is archived in ECR`, 'restore it there');
  if (image.tags.includes(tag)) return tag;
  return image.tags[0] ?? refuse(`${digest} has no tag in ECR any more`, 'tag it again');
}
