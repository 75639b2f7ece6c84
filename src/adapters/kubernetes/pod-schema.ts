import * as z from 'zod/mini';
import type { ObservedContainer, ObservedPod } from '../../domain/cluster.ts';
import { conditions, count, flag, instant, metadata, ownerUid, parseObject, text } from './object-schema.ts';

const container = z.object({ name: z.string(), image: text });
const terminated = z.object({ reason: text, exitCode: count, message: text, finishedAt: instant });
const state = z._default(
  z.object({
    waiting: z.optional(z.object({ reason: text, message: text })),
    running: z.optional(z.object({})),
    terminated: z.optional(terminated),
  }),
  {},
);
const containerStatus = z.object({ name: z.string(), imageID: text, ready: flag, restartCount: count, state, lastState: state });
const containerStatuses = z._default(z.array(containerStatus), []);

const PodSchema = z.object({
  metadata,
  spec: z.object({ containers: z.array(container), initContainers: z._default(z.array(container), []) }),
  status: z.optional(z.object({ phase: text, conditions, containerStatuses, initContainerStatuses: containerStatuses })),
});

type Conditions = z.infer<typeof conditions>;

/** Reads a Pod: its spec says which image was asked for, its status which one runs. */
export function parsePod(object: unknown): ObservedPod {
  const { metadata: meta, spec, status } = parseObject(PodSchema, 'Pod', object);
  const listed = status?.conditions ?? [];
  const ready = trueSince(listed, 'Ready');
  return {
    name: meta.name,
    namespace: meta.namespace,
    uid: meta.uid,
    ownerUid: ownerUid(meta.ownerReferences),
    labels: meta.labels,
    createdAt: meta.creationTimestamp ?? '',
    deleting: meta.deletionTimestamp !== null,
    phase: status?.phase ?? '',
    ready: ready !== undefined,
    readySince: ready?.lastTransitionTime ?? null,
    scheduledAt: trueSince(listed, 'PodScheduled')?.lastTransitionTime ?? null,
    initializedAt: trueSince(listed, 'Initialized')?.lastTransitionTime ?? null,
    unschedulable: unschedulable(listed, meta.creationTimestamp ?? ''),
    containers: [
      ...spec.initContainers.map((specified) => toContainer(specified, true, status?.initContainerStatuses ?? [])),
      ...spec.containers.map((specified) => toContainer(specified, false, status?.containerStatuses ?? [])),
    ],
  };
}

function trueSince(listed: Conditions, type: string): Conditions[number] | undefined {
  return listed.find((condition) => condition.type === type && condition.status === 'True');
}

function unschedulable(listed: Conditions, createdAt: string): ObservedPod['unschedulable'] {
  const condition = listed.find(({ type, status, reason }) => type === 'PodScheduled' && status === 'False' && reason === 'Unschedulable');
  return condition === undefined ? null : { message: condition.message, since: condition.lastTransitionTime ?? createdAt };
}

function toContainer(specified: z.infer<typeof container>, init: boolean, statuses: z.infer<typeof containerStatuses>): ObservedContainer {
  const status = statuses.find(({ name }) => name === specified.name);
  return {
    name: specified.name,
    init,
    image: specified.image,
    imageId: status?.imageID ?? '',
    ready: status?.ready ?? false,
    running: status?.state.running !== undefined,
    restartCount: status?.restartCount ?? 0,
    waiting: status?.state.waiting ?? null,
    terminated: status?.state.terminated ?? status?.lastState.terminated ?? null,
  };
}
