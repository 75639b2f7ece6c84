/** One step of a simulated object's life, as KWOK takes it: https://kwok.sigs.k8s.io/docs/user/stages-configuration/ */
export type Stage = {
  readonly name: string;
  readonly kind: 'Pod' | 'Node';
  /** jq expressions over the object, all of which must hold. */
  readonly when: readonly Requirement[];
  readonly delay?: { readonly milliseconds: number; /** Annotation that sets another one. */ readonly annotation?: string };
  readonly events?: readonly StageEvent[];
  /** Go template of the status that is merged into the object's. */
  readonly status?: string;
  readonly delete?: true;
};

export type Requirement = { readonly key: string; readonly operator: 'Exists' | 'DoesNotExist' | 'In' | 'NotIn'; readonly values?: readonly string[] };

export type StageEvent = { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string };

export const ANNOTATION_PREFIX = 'lab.slipway.dev';

export function exists(key: string): Requirement {
  return { key, operator: 'Exists' };
}

export function missing(key: string): Requirement {
  return { key, operator: 'DoesNotExist' };
}

export function oneOf(key: string, ...values: readonly string[]): Requirement {
  return { key, operator: 'In', values };
}

export function noneOf(key: string, ...values: readonly string[]): Requirement {
  return { key, operator: 'NotIn', values };
}

/** The object of KWOK's configuration. */
export function stageObject({ name, kind, when, delay, events = [], status, delete: deletes }: Stage): object {
  const steps = [
    ...(status === undefined ? [] : [{ patch: { subresource: 'status', root: 'status', template: status } }]),
    ...events.map((event) => ({ event })),
    ...(deletes === undefined ? [] : [{ delete: true }]),
  ];
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: { resourceRef: { apiGroup: 'v1', kind }, selector: { matchExpressions: when }, ...(delay && { delay: delayObject(delay) }), steps },
  };
}

function delayObject({ milliseconds, annotation }: NonNullable<Stage['delay']>): object {
  if (annotation === undefined) return { durationMilliseconds: milliseconds };
  return { durationMilliseconds: milliseconds, durationFrom: { expressionFrom: `.metadata.annotations["${ANNOTATION_PREFIX}/${annotation}"]` } };
}
