/** The parts of Kubernetes objects that the stand-in reads or writes. Other fields of a manifest are kept and served untouched. */

export type Labels = Readonly<Record<string, string>>;

export type OwnerReference = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller: true;
  readonly blockOwnerDeletion: true;
};

/** What a writer may say about an object; the store adds the rest. */
export type DraftMeta = {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  readonly ownerReferences?: readonly OwnerReference[];
};

export type ObjectMeta = DraftMeta & {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly generation?: number;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
};

type Typed<Version extends string, Name extends string> = { readonly apiVersion: Version; readonly kind: Name; readonly metadata: ObjectMeta };

export type LabelSelector = {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; readonly values?: readonly string[] }[];
};

export type Container = {
  readonly name: string;
  readonly image: string;
  readonly env?: unknown;
  readonly envFrom?: unknown;
  readonly ports?: unknown;
  readonly lifecycle?: unknown;
  readonly startupProbe?: unknown;
  readonly readinessProbe?: unknown;
  readonly livenessProbe?: unknown;
};

export type PodSpec = { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[]; readonly nodeName?: string; readonly terminationGracePeriodSeconds?: number };

export type PodTemplate = { readonly metadata: { readonly labels: Labels; readonly annotations?: Labels }; readonly spec: PodSpec };

export type ContainerState = {
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: Terminated;
};

export type Terminated = {
  readonly exitCode: number;
  readonly reason: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly containerID: string;
};

export type ContainerStatus = {
  readonly name: string;
  readonly state: ContainerState;
  readonly lastState: ContainerState;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string;
  readonly started: boolean;
};

export type PodCondition = {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly lastProbeTime: null;
  readonly lastTransitionTime: string;
  readonly reason?: string;
  readonly message?: string;
};

export type PodStatus = {
  readonly phase: 'Pending' | 'Running';
  readonly conditions?: readonly PodCondition[];
  readonly hostIP?: string;
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly startTime?: string;
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
};

export type Pod = Typed<'v1', 'Pod'> & { readonly spec: PodSpec; readonly status: PodStatus };

/** Zero counts are left out, as the real server does. */
export type ReplicaCounts = { readonly replicas?: number; readonly readyReplicas?: number; readonly availableReplicas?: number; readonly observedGeneration?: number };

export type ReplicaSet = Typed<'apps/v1', 'ReplicaSet'> & {
  readonly spec: { readonly replicas: number; readonly selector: LabelSelector; readonly template: PodTemplate };
  readonly status: ReplicaCounts & { readonly fullyLabeledReplicas?: number; readonly conditions?: readonly ReplicaSetCondition[] };
};

/** That the last pod could not be created. */
export type ReplicaSetCondition = {
  readonly type: 'ReplicaFailure';
  readonly status: 'True';
  readonly lastTransitionTime: string;
  readonly reason: 'FailedCreate';
  readonly message: string;
};

export type DeploymentCondition = {
  readonly type: 'Available' | 'Progressing' | 'ReplicaFailure';
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastUpdateTime: string;
  readonly lastTransitionTime: string;
  readonly reason: string;
  readonly message: string;
};

export type DeploymentStatus = ReplicaCounts & {
  readonly updatedReplicas?: number;
  readonly unavailableReplicas?: number;
  readonly conditions?: readonly DeploymentCondition[];
};

/** A number of pods, or a percentage of `spec.replicas`. */
export type IntOrPercent = number | string;

export type DeploymentSpec = {
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplate;
  readonly strategy: { readonly type: 'RollingUpdate'; readonly rollingUpdate: { readonly maxSurge: IntOrPercent; readonly maxUnavailable: IntOrPercent } };
  readonly revisionHistoryLimit: number;
  readonly progressDeadlineSeconds: number;
};

export type Deployment = Typed<'apps/v1', 'Deployment'> & { readonly spec: DeploymentSpec; readonly status: DeploymentStatus };

export type ObjectReference = {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly apiVersion: string;
  readonly fieldPath?: string;
};

export type EventObject = Typed<'v1', 'Event'> & {
  readonly involvedObject: ObjectReference;
  readonly reason: string;
  readonly message: string;
  readonly source: { readonly component: string; readonly host?: string };
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
  readonly type: 'Normal' | 'Warning';
  readonly reportingComponent: string;
  readonly reportingInstance: string;
};

/** Kinds that are stored and served, and that no controller acts on: their status is what a test or a scenario writes. */
type Passive<Version extends string, Name extends string> = Typed<Version, Name> & { readonly spec: unknown; readonly status?: unknown };

export type ConfigMap = Typed<'v1', 'ConfigMap'> & { readonly data?: Labels };

export type ServiceAccount = Typed<'v1', 'ServiceAccount'> & { readonly automountServiceAccountToken?: boolean };

export type Kinds = {
  Pod: Pod;
  Event: EventObject;
  ConfigMap: ConfigMap;
  ServiceAccount: ServiceAccount;
  Service: Passive<'v1', 'Service'>;
  Deployment: Deployment;
  ReplicaSet: ReplicaSet;
  StatefulSet: Passive<'apps/v1', 'StatefulSet'>;
  DaemonSet: Passive<'apps/v1', 'DaemonSet'>;
};

export type Kind = keyof Kinds;
export type KubernetesObject = Kinds[Kind];

/** An object before the store has named its version and time. */
export type Draft<K extends Kind> = Omit<Kinds[K], 'apiVersion' | 'kind' | 'metadata'> & { readonly metadata: DraftMeta };

/** Marks an object as made by, and deleted with, another. */
export function ownedBy({ apiVersion, kind, metadata: { name, uid } }: KubernetesObject): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export function isOwnedBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  return object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) ?? false;
}
