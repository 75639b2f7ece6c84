import * as z from 'zod/mini';
import type { LiveWorkload } from '../../domain/application.ts';
import type { ApplicationRef } from '../../domain/service.ts';
import { type Api, applicationName, applicationPath, get, parseAnswer } from './api.ts';
import { NotFoundError, RefusedError } from '../../domain/errors.ts';

const Node = z.object({
  group: z.nullish(z.string()),
  version: z.string(),
  kind: z.string(),
  namespace: z.nullish(z.string()),
  name: z.string(),
  uid: z.nullish(z.string()),
  parentRefs: z.nullish(z.array(z.unknown())),
});
type Node = z.infer<typeof Node>;

const Tree = z.object({ nodes: z.nullish(z.array(Node)) });
const LiveResource = z.object({ manifest: z.string() });

const Containers = z.nullish(z.array(z.object({ image: z.nullish(z.string()) })));
/** A Rollout may refer to a Deployment instead of having a template. */
const Manifest = z.object({
  spec: z.object({
    template: z.nullish(z.object({ spec: z.nullish(z.object({ containers: Containers, initContainers: Containers })) })),
  }),
});

const WORKLOADS: ReadonlySet<string> = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/DaemonSet', 'argoproj.io/Rollout']);

/** Workloads that the Application itself manages, not those that they own in turn. Each is read live: the tree is a cache. */
export async function readWorkloads(api: Api, ref: ApplicationRef): Promise<readonly LiveWorkload[]> {
  const call = `read the resources of ${applicationName(ref)}`;
  const tree = await get(api, { call, path: applicationPath(ref, '/resource-tree'), answer: Tree });
  const managed = (tree.nodes ?? []).filter((node) => WORKLOADS.has(`${node.group ?? ''}/${node.kind}`) && (node.parentRefs ?? []).length === 0);
  const workloads = await Promise.all(managed.map((node) => readWorkload(api, ref, node)));
  return workloads.flatMap((workload) => workload ?? []);
}

/** Null for one that was deleted since the tree was made. */
async function readWorkload(api: Api, ref: ApplicationRef, node: Node): Promise<LiveWorkload | null> {
  const { kind, name, version } = node;
  const call = `read ${kind} ${name} of ${applicationName(ref)}`;
  const query = { group: node.group ?? '', version, kind, namespace: node.namespace ?? '', resourceName: name };
  try {
    const { manifest } = await get(api, { call, path: applicationPath(ref, '/resource', query), answer: LiveResource });
    return { kind, namespace: node.namespace ?? '', name, uid: node.uid ?? '', images: imagesOf(parseAnswer(api, call, Manifest, manifest)) };
  } catch (error) {
    if (error instanceof NotFoundError || (error instanceof RefusedError && error.message.includes('not found as part of application'))) return null;
    throw error;
  }
}

function imagesOf({ spec }: z.infer<typeof Manifest>): readonly string[] {
  const pod = spec.template?.spec;
  return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].flatMap(({ image }) => image ?? []);
}
