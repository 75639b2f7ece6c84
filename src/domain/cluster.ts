import type { Instant, Milliseconds } from './instant.ts';

/** Kinds on which a rollout is gated. */
export type WorkloadKind = 'Deployment' | 'StatefulSet' | 'DaemonSet';

/** Everything one decision about a rollout looks at, read from one namespace. */
export type ClusterSnapshot = {
  readonly workloads: readonly ObservedWorkload[];
  readonly replicaSets: readonly ObservedReplicaSet[];
  readonly pods: readonly ObservedPod[];
  /** Events of type Warning. */
  readonly events: readonly ObservedEvent[];
};

export const EMPTY_SNAPSHOT: ClusterSnapshot = { workloads: [], replicaSets: [], pods: [], events: [] };

export type ObservedWorkload = {
  readonly kind: WorkloadKind;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly observedGeneration: number;
  /** Images of the template's containers and initContainers. */
  readonly images: readonly string[];
  /** `spec.replicas`; for a DaemonSet `status.desiredNumberScheduled`. */
  readonly replicas: number;
  /**
   * What names the newest template: `deployment.kubernetes.io/revision` of a Deployment, `status.updateRevision` of a StatefulSet,
   * `deprecated.daemonset.template.generation` of a DaemonSet. Empty until a controller has written it.
   */
  readonly revision: string;
  readonly paused: boolean;
  readonly strategy: string;
  readonly partition: number | null;
  /** `spec.progressDeadlineSeconds` of a Deployment; null where there is no deadline. */
  readonly progressDeadline: Milliseconds | null;
  /** For a DaemonSet: current, updated, ready and available numbers of nodes. */
  readonly status: {
    readonly replicas: number;
    readonly updatedReplicas: number;
    readonly readyReplicas: number;
    readonly availableReplicas: number;
    /** StatefulSet only; empty otherwise. */
    readonly currentRevision: string;
  };
  readonly conditions: readonly Condition[];
};

export type Condition = {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  /** `lastTransitionTime`: whole seconds. */
  readonly since: Instant | null;
};

export type ObservedReplicaSet = {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly ownerUid: string;
  /** Annotation `deployment.kubernetes.io/revision`. */
  readonly revision: string;
  readonly podTemplateHash: string;
  readonly conditions: readonly Condition[];
};

export type ObservedPod = {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly ownerUid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: Instant;
  readonly deleting: boolean;
  readonly phase: string;
  readonly ready: boolean;
  /** `lastTransitionTime` of condition Ready: whole seconds. */
  readonly readySince: Instant | null;
  /** `lastTransitionTime` of PodScheduled=True. */
  readonly scheduledAt: Instant | null;
  /** `lastTransitionTime` of Initialized=True: the init containers are through. */
  readonly initializedAt: Instant | null;
  /** Message of condition PodScheduled=False with reason Unschedulable. */
  readonly unschedulable: { readonly message: string; readonly since: Instant } | null;
  readonly containers: readonly ObservedContainer[];
};

export type ObservedContainer = {
  readonly name: string;
  readonly init: boolean;
  /** `image` of the pod's spec. */
  readonly image: string;
  /** `imageID` of the status; empty until it was pulled. */
  readonly imageId: string;
  readonly ready: boolean;
  readonly running: boolean;
  readonly restartCount: number;
  readonly waiting: { readonly reason: string; readonly message: string } | null;
  /** `state.terminated`, else `lastState.terminated`. */
  readonly terminated: { readonly reason: string; readonly exitCode: number; readonly message: string; readonly finishedAt: Instant | null } | null;
};

export type ObservedEvent = {
  readonly objectUid: string;
  readonly objectKind: string;
  readonly objectName: string;
  readonly reason: string;
  readonly message: string;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
};
