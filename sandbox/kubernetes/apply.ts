import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Draft, Kind, KubernetesObject } from './objects.ts';
import { resourceOf } from './resources.ts';
import { matchesLabels } from './selectors.ts';
import type { Store } from './store.ts';

export type Applied = { readonly change: 'created' | 'configured' | 'unchanged'; readonly object: KubernetesObject };

/** Applies a manifest as parsed from YAML. @throws Error in the API server's words for what it would refuse */
export type Apply = (manifest: unknown, namespace?: string) => Applied;

type Fields = { readonly [field: string]: unknown };

const labels = z.record(z.string(), z.string());
const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), labels: labels.optional(), annotations: labels.optional() }),
});
type Manifest = z.infer<typeof Manifest>;

const container = z.looseObject({ name: z.string(), image: z.string() });
const count = z.int().nonnegative();
const intOrPercent = z.union([count, z.string().regex(/^\d+%$/)]);
const PodSpec = z.looseObject({ containers: z.array(container).min(1), initContainers: z.array(container).optional() });
/** With the defaults that the API server sets and the controllers rely on. */
const DeploymentSpec = z.looseObject({
  replicas: count.default(1),
  selector: z.looseObject({ matchLabels: labels }),
  template: z.looseObject({ metadata: z.looseObject({ labels }), spec: PodSpec }),
  strategy: z
    .strictObject({
      type: z.literal('RollingUpdate', 'the sandbox simulates RollingUpdate only').default('RollingUpdate'),
      rollingUpdate: z.strictObject({ maxSurge: intOrPercent.default('25%'), maxUnavailable: intOrPercent.default('25%') }).prefault({}),
    })
    .prefault({}),
  revisionHistoryLimit: count.default(10),
  progressDeadlineSeconds: count.default(600),
  minReadySeconds: count.optional(),
  paused: z.boolean().optional(),
});

/**
 * Applies like server-side apply with one field manager: what a manifest names is set, what it named before and no longer names is
 * removed, and what others wrote (status, the revision annotation, replicas of an autoscaler) stays.
 */
export function createApply(store: Store): Apply {
  const applied = new Map<string, Fields>();
  return (input, defaultNamespace = 'default') => {
    const manifest = Manifest.parse(input);
    const kind = kindOf(manifest);
    const { name, namespace = defaultNamespace } = manifest.metadata;
    const { labels: ownLabels, annotations, ...unknown } = manifest.metadata;
    refuseMetadata(kind, Object.keys(unknown));
    const wanted = { ...(isFields(manifest['spec']) ? { spec: manifest['spec'] } : {}), metadata: { labels: ownLabels, annotations } };
    const live = store.get(kind, namespace, name);
    if (live === null) {
      const draft = withDefaults(kind, name, { ...merge({}, {}, wanted), metadata: { ...merge({}, {}, wanted.metadata), name, namespace } });
      const object = store.create(kind, draft);
      applied.set(object.metadata.uid, wanted);
      return { change: 'created', object };
    }
    const next = withDefaults(kind, name, merge({ ...live }, applied.get(live.metadata.uid) ?? {}, wanted));
    refuseChangedSelector(kind, name, live, next);
    // `next` is the live object with the manifest's fields over it, and has passed the checks of its kind.
    const object = store.update(kind, namespace, name, () => next as unknown as KubernetesObject) ?? live;
    applied.set(live.metadata.uid, wanted);
    return { change: object === live ? 'unchanged' : 'configured', object };
  };
}

function kindOf({ kind, apiVersion }: Manifest): Kind {
  const resource = resourceOf(kind, apiVersion);
  if (resource === undefined) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
  return resource.kind;
}

function refuseMetadata(kind: Kind, fields: readonly string[]): void {
  const unknown = fields.find((field) => field !== 'name' && field !== 'namespace');
  if (unknown !== undefined) throw new Error(`metadata.${unknown} of a ${kind} is not simulated; leave it out of the manifest`);
}

/** Fields of `live`, without those that only `before` named, under those of `wanted`. Lists are replaced whole. */
function merge(live: Fields, before: Fields, wanted: Fields): Fields {
  const kept = Object.entries(live).filter(([field]) => !(field in before) || field in wanted);
  const set = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const merged = set.map(([field, value]) => [field, isFields(value) ? merge(fieldsOf(live[field]), fieldsOf(before[field]), value) : value]);
  return Object.fromEntries([...kept, ...merged.map(([field, value]) => [field, value] as const)]) as Fields;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** A StatefulSet, DaemonSet, ReplicaSet, Pod or Service is stored as it is: only Deployments have a controller that relies on defaults. */
function withDefaults(kind: Kind, name: string, object: Fields): Draft<Kind> {
  const status = isFields(object['status']) ? object['status'] : kind === 'Pod' ? { phase: 'Pending' } : {};
  if (kind !== 'Deployment') return { ...object, status } as unknown as Draft<Kind>;
  const parsed = DeploymentSpec.safeParse(object['spec']);
  if (!parsed.success) throw new Error(`Deployment.apps "${name}" is invalid: ${parsed.error.issues.map((issue) => `spec.${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
  const { selector, template } = parsed.data;
  if (!matchesLabels(selector, template.metadata.labels)) {
    throw new Error(`Deployment.apps "${name}" is invalid: spec.template.metadata.labels: Invalid value: ${JSON.stringify(template.metadata.labels)}: \`selector\` does not match template \`labels\``);
  }
  return { ...object, spec: parsed.data, status } as unknown as Draft<Kind>;
}

function refuseChangedSelector(kind: Kind, name: string, live: KubernetesObject, next: object): void {
  if (kind !== 'Deployment' || live.kind !== 'Deployment') return;
  const selector = 'spec' in next && isFields(next.spec) ? next.spec['selector'] : undefined;
  if (isDeepStrictEqual(selector, live.spec.selector)) return;
  throw new Error(`Deployment.apps "${name}" is invalid: spec.selector: Invalid value: ${JSON.stringify(selector)}: field is immutable`);
}
