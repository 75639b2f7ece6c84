import { setTimeout as delay } from 'node:timers/promises';
import { ApiException, type KubernetesObject, KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node';
import { parseAllDocuments } from 'yaml';
import { kubeConfigOf } from './kube-config.ts';
import type { ControlPlane } from './start-control-plane.ts';

const FIELD_MANAGER = 'slipway-lab';
const PATIENCE = 60_000;
const LOOK_EVERY = 50;

/** Applies every document on the server's side, definitions and namespaces first. @throws Error in the API server's words */
export async function applyManifests(controlPlane: ControlPlane, yaml: string): Promise<void> {
  const api = apiOf(controlPlane);
  for (const document of documentsOf(yaml).toSorted((one, other) => rank(one) - rank(other))) {
    await doing('apply', document, controlPlane, () => api.patch(document, undefined, undefined, FIELD_MANAGER, true, PatchStrategy.ServerSideApply));
    if (document.kind === 'CustomResourceDefinition') await untilEstablished(api, document, controlPlane);
  }
}

/** Deletes the objects of every document, in the reverse order, and waits until they are gone. What is not there is no error. */
export async function deleteManifests(controlPlane: ControlPlane, yaml: string): Promise<void> {
  const api = apiOf(controlPlane);
  const documents = documentsOf(yaml).toSorted((one, other) => rank(other) - rank(one));
  for (const document of documents) await doing('delete', document, controlPlane, () => unlessMissing(api.delete(document, undefined, undefined, undefined, undefined, 'Background')));
  for (const document of documents) await until(`${nameOf(document)} is gone`, async () => (await unlessMissing(api.read(identified(document)))) === null);
}

function apiOf(controlPlane: ControlPlane): KubernetesObjectApi {
  return KubernetesObjectApi.makeApiClient(kubeConfigOf(controlPlane));
}

type Manifest = KubernetesObject & { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string; readonly namespace?: string } };

function documentsOf(yaml: string): readonly Manifest[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    for (const error of document.errors) throw error;
    const object: unknown = document.toJS();
    if (object === null) return [];
    if (!isManifest(object)) throw new Error(`A document of the manifests is no Kubernetes object: ${JSON.stringify(object).slice(0, 200)}`);
    return [object];
  });
}

function isManifest(object: unknown): object is Manifest {
  return typeof object === 'object' && object !== null && 'apiVersion' in object && 'kind' in object && 'metadata' in object;
}

/** What others are made in or of comes first; the sort is stable. */
function rank({ kind }: Manifest): number {
  const first = ['CustomResourceDefinition', 'Namespace'].indexOf(kind);
  return first === -1 ? 2 : first;
}

function identified({ apiVersion, kind, metadata: { name, namespace } }: Manifest): Manifest {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

async function untilEstablished(api: KubernetesObjectApi, document: Manifest, controlPlane: ControlPlane): Promise<void> {
  await doing('establish', document, controlPlane, () =>
    until(`${nameOf(document)} is Established`, async () => {
      const definition: unknown = await api.read(identified(document));
      return conditionsOf(definition).some(({ type, status }) => type === 'Established' && status === 'True');
    }),
  );
}

type Condition = { readonly type?: string; readonly status?: string };

function conditionsOf(object: unknown): readonly Condition[] {
  return (object as { status?: { conditions?: readonly Condition[] } }).status?.conditions ?? [];
}

async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`waited ${PATIENCE / 1000} s until ${what}`);
    await delay(LOOK_EVERY);
  }
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return null;
    throw error;
  }
}

/** The client's own messages repeat headers and bodies. */
async function doing<T>(verb: string, document: Manifest, { name }: ControlPlane, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw new Error(`Cluster ${name} does not ${verb} ${nameOf(document)}: ${messageOf(error)}`, { cause: error });
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof ApiException)) return error instanceof Error ? error.message : String(error);
  const body: unknown = error.body;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const [, message] = /"message":("(?:[^"\\]|\\.)*")/.exec(text) ?? [];
  return message === undefined ? `HTTP ${error.code}` : String(JSON.parse(message));
}

function nameOf({ kind, metadata: { name, namespace } }: Manifest): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
