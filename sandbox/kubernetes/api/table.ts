import type { IncomingMessage } from 'node:http';
import type { KubernetesObject } from '../objects.ts';
import type { Resource } from '../resources.ts';
import type { Store } from '../store.ts';

/** `kubectl get` asks for a Table first: without one it prints NAME and AGE only. */
export function wantsTable({ headers }: IncomingMessage): boolean {
  return /^application\/json;as=Table;v=v1;g=meta\.k8s\.io/.test(headers.accept ?? '');
}

/** The columns that `kubectl get` prints. */
export function asTable({ kind }: Resource, objects: readonly KubernetesObject[], store: Store, now: number) {
  const names = ['Name', ...COLUMNS[kind], 'Age'];
  return {
    kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: String(store.resourceVersion()) },
    columnDefinitions: names.map((name, index) => ({ name, type: 'string', format: index === 0 ? 'name' : '', description: '', priority: 0 })),
    rows: objects.map((object) => ({
      cells: [object.metadata.name, ...cells(object), age(object.metadata.creationTimestamp, now)],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

const COLUMNS: Readonly<Record<KubernetesObject['kind'], readonly string[]>> = {
  Pod: ['Ready', 'Status', 'Restarts'],
  Deployment: ['Ready', 'Up-to-date', 'Available'],
  ReplicaSet: ['Desired', 'Current', 'Ready'],
  Event: ['Type', 'Reason', 'Object', 'Message'],
  Service: [],
  StatefulSet: [],
  DaemonSet: [],
};

function cells(object: KubernetesObject): readonly string[] {
  if (object.kind === 'Pod') {
    const { containerStatuses = [], phase } = object.status;
    const ready = containerStatuses.filter((each) => each.ready).length;
    const restarts = containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
    const reason = containerStatuses.map(({ state }) => state.waiting?.reason ?? state.terminated?.reason).find((each) => each !== undefined);
    const status = object.metadata.deletionTimestamp === undefined ? (reason ?? phase) : 'Terminating';
    return [`${ready}/${object.spec.containers.length}`, status, String(restarts)];
  }
  if (object.kind === 'Deployment') {
    const { readyReplicas = 0, updatedReplicas = 0, availableReplicas = 0 } = object.status;
    return [`${readyReplicas}/${object.spec.replicas}`, String(updatedReplicas), String(availableReplicas)];
  }
  if (object.kind === 'ReplicaSet') return [object.spec.replicas, object.status.replicas ?? 0, object.status.readyReplicas ?? 0].map(String);
  if (object.kind === 'Event') return [object.type, object.reason, `${object.involvedObject.kind.toLowerCase()}/${object.involvedObject.name}`, object.message];
  return [];
}

function age(created: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(created)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)}m` : `${Math.floor(seconds / 3600)}h`;
}
