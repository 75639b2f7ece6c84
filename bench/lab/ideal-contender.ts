import type { Contender, Said } from './contender.ts';
import type { ClusterApi } from './follow-objects.ts';
import { startHelperProcess } from './helper-process.ts';

export type IdealArgument = {
  readonly argocd: { readonly url: string; readonly caPem: string; readonly token: string };
  readonly cluster: ClusterApi;
  readonly repositoryUrl: string;
  readonly credential: { readonly username: string; readonly password: string };
  readonly applications: readonly string[];
  readonly autoSync: boolean;
};

/** The bound: what no orchestration can be faster than. */
export async function startIdeal(argument: IdealArgument): Promise<Contender> {
  const helper = await startHelperProcess<object, Said>(new URL('ideal-process.ts', import.meta.url), argument);
  return {
    name: 'ideal',
    deploy: ({ tag, digest }) => helper.ask({ tag, digest }),
    stop: () => helper.stop(),
  };
}
