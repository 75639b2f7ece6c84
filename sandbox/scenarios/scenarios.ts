import type { ScenarioName } from './names.ts';

/** What goes wrong with the pods of the new image, in the words of the simulated kubelet. */
export type PodFault = 'bad-pull' | 'bad-crash' | 'never-ready';

export type Scenario = {
  readonly story: string;
  readonly fault?: PodFault;
  /** The config repository names the new image before it is pushed. */
  readonly committedBefore?: boolean;
  /** Somebody else commits to the same file between our read and our push. */
  readonly race?: boolean;
};

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  happy: { story: 'A new image is pushed, and its pods replace those of version 1.' },
  'already-deployed': { story: 'The pushed image is what Git names and the pods run already: nothing to commit, nothing to sync.', committedBefore: true },
  'image-pull': { story: 'The registry refuses to give the new image to the cluster.', fault: 'bad-pull' },
  'crash-loop': { story: 'The new image crashes at every start.', fault: 'bad-crash' },
  'never-ready': { story: 'The new pods run, but their readiness probe never passes.', fault: 'never-ready' },
  'git-race': { story: 'Somebody else pushes to the same file at the same moment: their change stays, and so does ours.', race: true },
};
