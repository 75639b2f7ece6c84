import type { BundleSamples } from './measure-bundles.ts';
import type { DeploymentSample } from './deployment-sample.ts';
import { rounded, type Summary, summarize } from './statistics.ts';

export type FunctionFigures = {
  readonly functionName: string;
  /** As it is uploaded. */
  readonly zipKiB: number;
  /** From the start of a worker until the function can be called, in milliseconds; `emptyWorker` of that is the sandbox's. */
  readonly load: Summary | null;
  /** Its first call in a deployment, without the load: clients are made, secrets read and connections opened. */
  readonly firstCall: Summary | null;
  readonly warmCall: Summary | null;
};

export type BundleFigures = { readonly emptyWorker: Summary | null; readonly functions: readonly FunctionFigures[] };

/** What a new container costs, for each function of the stack. Those that the flow did not reach have no calls. */
export function bundleFigures({ bundles, emptyLoads }: BundleSamples, cold: readonly DeploymentSample[], warm: readonly DeploymentSample[]): BundleFigures {
  const calls = (samples: readonly DeploymentSample[], functionName: string) =>
    summarize(samples.flatMap(({ invocations }) => invocations.filter((one) => one.functionName === functionName).map(({ from, to }) => to - from)));
  return {
    emptyWorker: summarize(emptyLoads),
    functions: bundles.map(({ functionName, zipBytes, loads }) => ({
      functionName,
      zipKiB: rounded(zipBytes / 1024),
      load: summarize(loads),
      firstCall: calls(cold, functionName),
      warmCall: calls(warm, functionName),
    })),
  };
}
