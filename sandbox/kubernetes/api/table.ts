import type { IncomingMessage } from 'node:http';
import type { KubernetesObject } from '../objects.ts';
import type { Resource } from '../resources.ts';
import type { Store } from '../store.ts';

/** `kubectl get` asks for a Table first: without one it prints NAME and AGE only. */
export function wantsTable({ headers }: IncomingMessage): boolean {
  return /^application\/json;as=Table;v=v1;g=meta\.k8s\.io/.test(headers.accept ?? '');
}

/** The columns that `kubectl get` prints. Whole objects are for clients that sort by a field of theirs. */
export function asTable({ kind }: Resource, objects: readonly KubernetesObject[], store: Store, now: number, whole: boolean) {
  const names = COLUMNS[kind];
  return {
    kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: { resourceVersion: String(store.resourceVersion()) },
    columnDefinitions: names.map((name) => ({ name, type: 'string', format: name === 'Name' ? 'name' : '', description: '', priority: 0 })),
    rows: objects.map((object) => ({
      cells: cells(object, now),
      object: whole ? object : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

const COLUMNS: Readonly<Record<KubernetesObject['kind'], readonly string[]>> = {
  Pod: ['Name', 'Ready', 'Status', 'Restarts', 'Age'],
  Deployment: ['Name', 'Ready', 'Up-to-date', 'Available', 'Age'],
  ReplicaSet: ['Name', 'Desired', 'Current', 'Ready', 'Age'],
  Event: ['Last Seen', 'Type', 'Reason', 'Object', 'Message'],
  ConfigMap: ['Name', 'Age'],
  ServiceAccount: ['Name', 'Age'],
  Service: ['Name', 'Age'],
  StatefulSet: ['Name', 'Age'],
  DaemonSet: ['Name', 'Age'],
};

function cells(object: KubernetesObject, now: number): readonly string[] {
  if (object.kind !== 'Event') return [object.metadata.name, ...counts(object), age(object.metadata.creationTimestamp, now)];
  const { involvedObject, lastTimestamp, message, reason, type } = object;
  return [age(lastTimestamp, now), type, reason, `${involvedObject.kind.toLowerCase()}/${involvedObject.name}`, message];
}

function counts(object: KubernetesObject): readonly string[] {
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
  return [];
}

function age(created: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(created)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)}m` : `${Math.floor(seconds / 3600)}h`;
}
