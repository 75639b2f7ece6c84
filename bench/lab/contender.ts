import type { Image } from '../../sandbox/scenarios/image.ts';

export const CONTENDERS = ['slipway', 'script', 'ideal'] as const;

export type ContenderName = (typeof CONTENDERS)[number];

/** Who deploys. Each has Applications and a config repository of its own. */
export type Contender = {
  readonly name: ContenderName;
  /** Deploys to all targets, and resolves when the contender itself says that it is done. @throws when it fails: that is no measurement */
  deploy(image: Image): Promise<Said>;
  stop(): Promise<void>;
};

/** In milliseconds of the machine's monotonic clock. */
export type Said = { readonly begunAt: number; readonly saidAt: number };

/** One deployment, with what an independent observer saw of it. */
export type Run = Said & {
  /** When the last replica was Ready on the digest, and no old pod was left, in all targets. */
  readonly readyAt: number;
};

/** Milliseconds of the machine's monotonic clock, which is the same in all of its processes and is never set. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
