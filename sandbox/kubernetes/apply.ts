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
const Manifest = z.strictObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), labels: labels.optional(), annotations: labels.optional() }),
  spec: z.unknown().optional(),
  /** Of a ConfigMap. */
  data: labels.optional(),
  /** Of a ServiceAccount. */
  automountServiceAccountToken: z.boolean().optional(),
  /** Written by controllers: ignored, as by the real server. */
  status: z.unknown().optional(),
});
type Manifest = z.infer<typeof Manifest>;

const container = z.looseObject({ name: z.string(), image: z.string() });
const count = z.int().nonnegative();
const intOrPercent = z.union([count, z.string().regex(/^\d+%$/)]);
const initContainer = container.extend({ restartPolicy: z.undefined('the sandbox runs no init container beside the others').optional() });
const PodSpec = z.looseObject({ containers: z.array(container).min(1), initContainers: z.array(initContainer).optional() });
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
  minReadySeconds: z.literal(0, 'in the sandbox a pod is available as soon as it is Ready').optional(),
  paused: z.literal(false, 'the sandbox pauses no rollout').optional(),
});

/**
 * Applies like server-side apply with one field manager: what a manifest names is set, what it named before and no longer names is
 * removed, and what others wrote (status, the revision annotation, replicas of an autoscaler) stays.
 */
export function createApply(store: Store): Apply {
  const applied = new Map<string, Fields>();
  return (input, defaultNamespace = 'default') => {
    const manifest = readManifest(input);
    const kind = kindOf(manifest);
    const { name, namespace = defaultNamespace } = manifest.metadata;
    const { labels: ownLabels, annotations, ...others } = manifest.metadata;
    refuseMetadata(kind, Object.keys(others));
    const wanted = { ...contentOf(kind, manifest), metadata: { labels: ownLabels, annotations } };
    const live = store.get(kind, namespace, name);
    if (live === null) {
      const object = store.create(kind, withDefaults(kind, name, merge({ metadata: { name, namespace } }, {}, wanted)));
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

function readManifest(input: unknown): Manifest {
  const parsed = Manifest.safeParse(input);
  if (!parsed.success) throw new Error(`The manifest is not a Kubernetes object: ${explained(parsed.error)}`);
  return parsed.data;
}

function explained({ issues }: z.ZodError, root = ''): string {
  return issues.map(({ path, message }) => `${[root, ...path].filter((part) => part !== '').join('.')}: ${message}`).join('; ');
}

function kindOf({ kind, apiVersion }: Manifest): Kind {
  const resource = resourceOf(kind, apiVersion);
  if (resource === undefined) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
  return resource.kind;
}

/** What a manifest says besides its metadata. @throws for what the kind does not have */
function contentOf(kind: Kind, { spec, data, automountServiceAccountToken }: Manifest): Fields {
  const content: Fields = { spec, data, automountServiceAccountToken };
  const own = kind === 'ConfigMap' ? 'data' : kind === 'ServiceAccount' ? 'automountServiceAccountToken' : 'spec';
  const unknown = Object.keys(content).find((field) => field !== own && content[field] !== undefined);
  if (unknown !== undefined) throw new Error(`a ${kind} has no ${unknown}; leave it out of the manifest`);
  return { [own]: content[own] };
}

function refuseMetadata(kind: Kind, fields: readonly string[]): void {
  const unknown = fields.find((field) => field !== 'name' && field !== 'namespace');
  if (unknown !== undefined) throw new Error(`metadata.${unknown} of a ${kind} is not simulated; leave it out of the manifest`);
}

/** `live` with the fields of `wanted` over it, and without those that `before` named and `wanted` does not. Lists are replaced whole. */
function merge(live: Fields, before: Fields, wanted: Fields): Fields {
  const merged = Object.keys({ ...live, ...wanted }).map((field) => {
    const [is, was, wish] = [live[field], before[field], wanted[field]];
    if (isFields(wish)) return [field, merge(fieldsOf(is), fieldsOf(was), wish)] as const;
    if (wish !== undefined || was === undefined) return [field, wish ?? is] as const;
    return [field, isFields(is) ? merge(is, fieldsOf(was), {}) : undefined] as const;
  });
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

/** A StatefulSet, DaemonSet, ReplicaSet, Pod or Service is stored as it is: only Deployments have a controller that relies on defaults. */
function withDefaults(kind: Kind, name: string, object: Fields): Draft<Kind> {
  // They have neither a spec nor a status.
  if (kind === 'ConfigMap' || kind === 'ServiceAccount') return object as unknown as Draft<Kind>;
  const status = isFields(object['status']) ? object['status'] : kind === 'Pod' ? { phase: 'Pending' } : {};
  if (kind !== 'Deployment') return { ...object, status } as unknown as Draft<Kind>;
  const parsed = DeploymentSpec.safeParse(object['spec']);
  if (!parsed.success) throw new Error(`Deployment.apps "${name}" is invalid: ${explained(parsed.error, 'spec')}`);
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
