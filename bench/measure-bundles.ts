import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startFunctionWorker } from '../sandbox/aws/lambda/function-worker.ts';
import { unpackPackage } from '../sandbox/aws/lambda/package.ts';
import { readPackagedStack } from '../sandbox/cloudformation/template.ts';

/** How long a new worker takes until its function can be called, in milliseconds. */
export type BundleSample = { readonly functionName: string; readonly zipBytes: number; readonly loads: readonly number[] };

export type BundleSamples = {
  readonly bundles: readonly BundleSample[];
  /** The same for a function of one line: the worker itself, which is the sandbox's. */
  readonly emptyLoads: readonly number[];
};

export type BundlePlan = { readonly packageFolder: string; readonly runs: number; readonly tell: (text: string) => void };

const FunctionProperties = z.object({ FunctionName: z.string(), Handler: z.string(), MemorySize: z.number(), Code: z.object({ S3Key: z.string() }) });

type Loadable = { readonly functionName: string; readonly module: string; readonly handlerName: string; readonly memoryMb: number };

/** Loads each packaged bundle in new workers, one after the other and by turns. */
export async function measureBundles({ packageFolder, runs, tell }: BundlePlan): Promise<BundleSamples> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-bundles-'));
  const empty: Loadable = { functionName: 'empty', module: join(folder, 'empty.mjs'), handlerName: 'handler', memoryMb: 512 };
  await writeFile(empty.module, 'export const handler = () => null;\n');
  const packages = await unpackAll(packageFolder);
  try {
    const loads = new Map<Loadable, number[]>([empty, ...packages].map((loadable) => [loadable, []]));
    for (let run = 1; run <= runs; run++) {
      tell(`load of every bundle, ${run} of ${runs}`);
      for (const [loadable, times] of loads) times.push(await loadTime(loadable));
    }
    const bundles = packages.map((one) => ({ functionName: one.functionName, zipBytes: one.zipBytes, loads: loads.get(one) ?? [] }));
    return { bundles, emptyLoads: loads.get(empty) ?? [] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function unpackAll(packageFolder: string) {
  const { template, readArtifact } = await readPackagedStack(packageFolder);
  const functions = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
  return Promise.all(
    functions.map(async ({ Properties }) => {
      const { FunctionName: functionName, Handler, MemorySize: memoryMb, Code } = FunctionProperties.parse(Properties);
      const zip = await readArtifact(Code.S3Key);
      return { ...(await unpackPackage(zip, Handler)), functionName, memoryMb, zipBytes: zip.byteLength };
    }),
  );
}

/** The call itself is of no interest here: a step refuses an empty input. */
async function loadTime({ functionName, module, handlerName, memoryMb }: Loadable): Promise<number> {
  const worker = startFunctionWorker({ functionName, module, handlerName, memoryMb }, {});
  try {
    const { coldStart } = await worker.serve({ requestId: crypto.randomUUID(), functionArn: functionName, payload: '{}', timeout: 30_000, signal: new AbortController().signal });
    if (coldStart === null) throw new Error(`A worker of ${functionName} was not new.`);
    return coldStart;
  } finally {
    await worker.stop();
  }
}
