import { type SlipwayStack, type StackOptions, startSlipwayStack } from './slipway-stack.ts';

/** The stacks of one run: one at a time, since the AWS SDK of this process finds one. Both apply the file that they are given. */
export type Stacks = {
  /** The one that was used last, with the functions warm that are. */
  readonly kept: (slipwayFile: string) => Promise<SlipwayStack>;
  /** One in which every function is new. */
  readonly newOne: (slipwayFile: string) => Promise<SlipwayStack>;
  readonly stop: () => Promise<void>;
};

export function createStacks(options: StackOptions): Stacks {
  let current: { readonly stack: SlipwayStack; applied: string } | null = null;

  async function stop(): Promise<void> {
    const last = current;
    current = null;
    await last?.stack.stop();
  }

  async function kept(slipwayFile: string): Promise<SlipwayStack> {
    current ??= { stack: await startSlipwayStack(options), applied: '' };
    if (current.applied !== slipwayFile) await current.stack.apply(slipwayFile);
    current.applied = slipwayFile;
    return current.stack;
  }

  return {
    kept,
    async newOne(slipwayFile) {
      await stop();
      return kept(slipwayFile);
    },
    stop,
  };
}
