import type { SyncHook } from '../argocd/world.ts';
import type { AccessEntry } from '../aws/eks/eks.ts';
import type { Aws } from '../aws/start-aws.ts';
import type { BareRepository } from '../git/bare-repository.ts';
import type { GitServer } from '../git/start-git-server.ts';

/** The config repository as `slipway.yaml` and Argo CD name it. */
export type ConfigRepository = { readonly host: 'git' | 'codecommit'; readonly url: string };

/** What scenarios and those who play them need of a world, whether its cluster and its Argo CD are the sandbox's or real. */
export type ScenarioWorld = {
  readonly aws: Aws;
  readonly stage: string;
  readonly git: GitServer & { readonly repository: BareRepository; readonly credential: { readonly username: string; readonly password: string }; readonly config: ConfigRepository };
  readonly argocd: ScenarioArgoCd;
  readonly cluster: ScenarioCluster;
  /** The authority that signed the certificates of Argo CD and the cluster. */
  readonly caPem: string;
  /** Where the sample service answers its clients, in a world whose pods run it. */
  readonly serviceUrl?: string;
  /** Folder of this world: the repository and the functions' log. */
  readonly folder: string;
  stop(): Promise<void>;
};

export type ScenarioArgoCd = {
  readonly url: string;
  /** A token of a project's role. @throws when there is no such role */
  token(project: string, role: string): string | Promise<string>;
  /** Cuts what is open and refuses connections until the result is called, as an API server that is restarted; the controller goes on. */
  interrupt(): () => void;
  /** From now on each sync runs this Job too. */
  addHook(hook: SyncHook): Promise<void>;
  /** Hears of each sync as it begins. */
  onSync(hear: (application: string) => void): void;
};

export type ScenarioCluster = {
  readonly url: string;
  /** Of somebody who may read everything. */
  readonly administratorToken: string;
  /** Lets a role in, as an access entry of EKS does. */
  letIn(entry: AccessEntry): Promise<void>;
  /** As `kubectl get pods` shows them; those that are being deleted are left out. */
  livePods(namespace: string): Promise<readonly LivePod[]>;
  /** Resolves once every replica of the Deployment is available. */
  untilAvailable(namespace: string, deployment: string): Promise<void>;
};

export type LivePod = {
  readonly name: string;
  readonly ready: boolean;
  /** Image references of its containers, as its spec has them. */
  readonly images: readonly string[];
};
