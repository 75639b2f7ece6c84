import type { SyncHook } from '../argocd/world.ts';
import type { EventCarrier } from '../aws/eventbridge/event.ts';
import { losing, stormy } from './event-loss.ts';
import type { ScenarioName } from './names.ts';
import { INFERENCE, type SampleService, sampleService } from './sample-services.ts';

/** What goes wrong with the pods of the new image, in the words of the simulated kubelet. */
export type PodFault = 'bad-pull' | 'bad-crash' | 'never-ready';

export type Scenario = {
  readonly story: string;
  readonly fault?: PodFault;
  /** The config repository names the new image before it is pushed. */
  readonly committedBefore?: boolean;
  /** Somebody else commits to the same file between our read and our push. */
  readonly race?: boolean;
  /** As Slipway commits, somebody stores a wrong token for Argo CD. */
  readonly wrongToken?: boolean;
  /** Milliseconds for which Argo CD's API is away while it syncs the new image. */
  readonly argocdDownFor?: number;
  /** A Job that belongs to the sync of the new image. */
  readonly hook?: SyncHook;
  /** What `slipway.yaml` says of dev besides the usual. */
  readonly policy?: Readonly<Record<string, unknown>>;
  /** What becomes of ECR's events. */
  readonly carryEvent?: () => EventCarrier;
  /** The sample service alone, unless others are named. */
  readonly services?: readonly SampleService[];
  /** The pods run `service/`, each as a process of this machine. */
  readonly runsService?: true;
};

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  happy: { story: 'A new image is pushed, and its pods replace those of 1.0.0.' },
  'already-deployed': { story: 'The pushed image is what Git names and the pods run already: nothing to commit, nothing to sync.', committedBefore: true },
  'image-pull': { story: 'The registry refuses to give the new image to the cluster.', fault: 'bad-pull' },
  'crash-loop': { story: 'The new image crashes at every start.', fault: 'bad-crash' },
  'never-ready': { story: 'The new pods run, but their readiness probe never passes.', fault: 'never-ready' },
  'git-race': { story: 'Somebody else pushes to the same file at the same moment: their change stays, and so does ours.', race: true },
  rollback: { story: 'The new image crashes, dev says `rollback: automatic`: the previous release goes back, and the new one is quarantined.', fault: 'bad-crash', policy: { rollback: 'automatic' } },
  superseded: { story: 'Two images are pushed within one second: the newer one is deployed, whatever comes first.' },
  'lost-event': { story: "ECR's event of the push is lost: the sweep finds the image and deploys it.", carryEvent: () => losing(({ detail }) => detail['image-tag'] === '1.1.0') },
  'argocd-down': { story: 'Argo CD does not answer for some seconds while it syncs the new image: Slipway asks again until it does.', argocdDownFor: 4_000 },
  'hook-fails': { story: 'The new pods become Ready, but the PostSync hook of the sync fails.', hook: { name: 'smoke-test', phase: 'PostSync', outcome: 'fail' } },
  approval: { story: 'dev says `approval: required`: the new image waits until a person has approved it.', policy: { approval: 'required' } },
  redrive: { story: 'Somebody stores a wrong token for Argo CD as Slipway commits: once the secret is mended, a redrive goes on from there.', wrongToken: true },
  storm: {
    story: 'Five services are pushed nine times each; ECR loses some of the events, repeats some and mixes up their order.',
    services: [INFERENCE, ...['embedding', 'ranking', 'translation', 'summary'].map(sampleService)],
    carryEvent: stormy,
  },
  // A process takes its time to start on a busy machine.
  service: { story: 'A new image is pushed, and the pods are processes that run service/: a pod is Ready once its process has loaded the model.', runsService: true, policy: { rollout: { timeout: '180s' } } },
};
