import type { Deployment } from '../../src/domain/deployment.ts';
import type { ObservedApplication } from '../../src/domain/application.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import type { Environment, Target } from '../../src/domain/service.ts';
import type { GitHost } from '../../src/ports/git-host.ts';
import { createMemoryArgoCd, type MemoryArgoCd } from '../../src/adapters/memory/argo-cd.ts';
import { createMemoryClock, type MemoryClock } from '../../src/adapters/memory/clock.ts';
import { createMemoryTargetStore } from '../../src/adapters/memory/target-store.ts';
import type { TargetStepInput } from '../../src/steps/wire.ts';
import type { TargetStore } from '../../src/ports/deployment-store.ts';
import { aLiveWorkload, anApplication, aRevision } from './application.ts';
import { aClaim, aDeployment, aRelease } from './release.ts';
import { anEnvironment, aService, aTarget } from './service.ts';

export const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:slipway:one';
export const OURS = aRevision('c');
export const OTHER = aRevision('d');
const COMMITTED_AT = '2026-01-02T03:04:59.500Z';
const NOW = '2026-01-02T03:05:00.000Z';
const release = aRelease();
export const NEW_IMAGE = `${release.registry}/${release.repository}:${release.tag}`;
export const OLD_IMAGE = `${release.registry}/${release.repository}:1.0.0`;

const CHANGE = { file: 'envs/dev/values.yaml', path: 'image.tag', line: 2, before: '  tag: "1.0.0"', after: '  tag: "1.1.0"' };

/** A deployment whose commit is on the branch and whose target is claimed; the Application is as given. */
export type SyncWorld = {
  readonly argocd: MemoryArgoCd;
  readonly clock: MemoryClock;
  readonly targets: TargetStore;
  /** Text of the values file by revision; `head` for the branch. */
  readonly files: Map<string, string>;
  readonly ports: { readonly services: { service(): Promise<ReturnType<typeof aService>> }; readonly targets: TargetStore; readonly git: () => Promise<GitHost>; readonly argocd: () => Promise<MemoryArgoCd>; readonly clock: MemoryClock };
  input(overrides?: Partial<Deployment>, redrive?: Partial<TargetStepInput>): TargetStepInput;
  /** Another execution takes the claim. */
  loseClaim(): Promise<void>;
};

type Options = { readonly application?: Partial<ObservedApplication>; readonly image?: string; readonly target?: Partial<Target>; readonly environment?: Partial<Environment>; /** The commit is our own push. */ readonly pushed?: boolean };

export async function aSyncWorld({ application = {}, image = OLD_IMAGE, target = {}, environment = {}, pushed = false }: Options = {}): Promise<SyncWorld> {
  const argocd = createMemoryArgoCd(anApplication(application), [aLiveWorkload(image)]);
  const clock = createMemoryClock(NOW);
  const targets = createMemoryTargetStore();
  const files = new Map([['head', valuesFile('1.1.0')], [OURS, valuesFile('1.1.0')], [OTHER, valuesFile('1.0.0')]]);
  const service = aService({ environments: { dev: anEnvironment({ targets: { eu: aTarget(target) }, ...environment }) } });
  const deployment = aDeployment({
    claim: { generation: 1, redrives: 0 },
    commit: { revision: OURS, head: OURS, url: null, changes: pushed ? [CHANGE] : [] },
    marks: { started: '2026-01-02T03:04:58.000Z', committed: COMMITTED_AT },
  });
  const claimBy = async (execution: string) => {
    const state = await targets.target(deployment);
    await targets.change(deployment, state, { claim: aClaim({ execution, generation: (state.claim?.generation ?? 0) + 1, claimedAt: NOW }) });
  };
  await claimBy(EXECUTION);
  return {
    argocd,
    clock,
    targets,
    files,
    ports: { services: { service: async () => service }, targets, git: async () => gitHost(files), argocd: async () => argocd, clock },
    input: (overrides = {}, redrive = {}) => ({ execution: EXECUTION, redrives: 0, deployment: { ...deployment, ...overrides }, ...redrive }),
    loseClaim: () => claimBy('arn:other'),
  };
}

export function valuesFile(tag: string): string {
  return `image:\n  tag: "${tag}"\n`;
}

function gitHost(files: ReadonlyMap<string, string>): GitHost {
  return {
    async read([path = ''], revision = 'head') {
      const text = files.get(revision);
      if (text === undefined) throw new NotFoundError(`${path} is not in revision ${revision}`);
      return { revision, message: '', files: { [path]: text } };
    },
    commit: () => Promise.reject(new Error('SyncApplication commits nothing')),
    link: () => null,
  };
}
