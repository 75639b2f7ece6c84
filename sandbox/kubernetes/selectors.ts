import type { KubernetesObject, Labels, LabelSelector } from './objects.ts';

type Requirement = NonNullable<LabelSelector['matchExpressions']>[number];

/** A selector that the API server could not read; answered with 400. */
export class SelectorError extends Error {
  override readonly name = 'SelectorError';
}

export function matchesLabels({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels = {}): boolean {
  return Object.entries(matchLabels).every(([key, value]) => labels[key] === value) && matchExpressions.every((each) => satisfies(each, labels));
}

/** As in Kubernetes `!=` and `notin` hold for an object without the label too. */
function satisfies({ key, operator, values = [] }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In': return value !== undefined && values.includes(value);
    case 'NotIn': return value === undefined || !values.includes(value);
    case 'Exists': return value !== undefined;
    case 'DoesNotExist': return value === undefined;
  }
}

/** Reads a `labelSelector`: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. @throws SelectorError */
export function parseLabelSelector(text: string): LabelSelector {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim()).filter((part) => part !== '');
  return { matchExpressions: parts.map(parseRequirement) };
}

function parseRequirement(text: string): Requirement {
  const [, not, existing] = /^(!?)\s*([\w./-]+)$/.exec(text) ?? [];
  if (existing !== undefined) return { key: existing, operator: not === '!' ? 'DoesNotExist' : 'Exists' };
  const [, key, sign, value] = /^([\w./-]+)\s*(==?|!=)\s*([\w.-]*)$/.exec(text) ?? [];
  if (key !== undefined && value !== undefined) return { key, operator: sign === '!=' ? 'NotIn' : 'In', values: [value] };
  const [, name, word, list] = /^([\w./-]+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text) ?? [];
  if (name === undefined || list === undefined) throw new SelectorError(`unable to parse requirement: found '${text}', expected: a label requirement`);
  return { key: name, operator: word === 'in' ? 'In' : 'NotIn', values: list.split(',').map((each) => each.trim()) };
}

export type FieldRequirement = { readonly field: string; readonly equal: boolean; readonly value: string };

/** Reads a `fieldSelector`: `metadata.name=web,type!=Normal`. @throws SelectorError */
export function parseFieldSelector(text: string, kind: KubernetesObject['kind']): readonly FieldRequirement[] {
  return text.split(',').filter((part) => part !== '').map((part) => {
    const [, field, sign, value] = /^([\w.]+)(==?|!=)(.*)$/.exec(part) ?? [];
    if (field === undefined || value === undefined) throw new SelectorError(`invalid selector: '${text}'; can't understand '${part}'`);
    if (!FIELDS[kind]?.has(field) && !COMMON.has(field)) throw new SelectorError(`field label not supported: ${field}`);
    return { field, equal: sign !== '!=', value };
  });
}

export function matchesFields(requirements: readonly FieldRequirement[], object: KubernetesObject): boolean {
  return requirements.every(({ field, equal, value }) => (fieldOf(object, field) === value) === equal);
}

const COMMON = new Set(['metadata.name', 'metadata.namespace']);
const FIELDS: Partial<Record<KubernetesObject['kind'], ReadonlySet<string>>> = {
  Pod: new Set(['spec.nodeName', 'status.phase']),
  Event: new Set(['type', 'reason', 'involvedObject.apiVersion', 'involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid']),
};

function fieldOf(object: KubernetesObject, path: string): string {
  const value = path.split('.').reduce<unknown>((at, key) => (typeof at === 'object' && at !== null && key in at ? Reflect.get(at, key) : undefined), object);
  return typeof value === 'string' ? value : '';
}
