import type { ServerResponse } from 'node:http';
import type { PodLogs } from '../kubelet/kubelet.ts';
import type { Store } from '../store.ts';
import { type ApiRequest, numberOption, type Target } from './request.ts';
import { badRequest, objectNotFound } from './status.ts';

/** `container` has to be the pod's first, the one that runs. */
const OPTIONS = new Set(['container', 'tailLines']);

type PodLogTarget = Target & { readonly namespace: string; readonly name: string };

export function isPodLog(target: Target): target is PodLogTarget {
  const { group, plural, subresource, namespace, name } = target;
  return group === '' && plural === 'pods' && subresource === 'log' && namespace !== null && name !== null;
}

/** What `kubectl logs POD` asks for: the last lines of the pod's process. @throws StatusError where there is none */
export function servePodLog(response: ServerResponse, request: ApiRequest, { namespace, name }: PodLogTarget, { store, logs }: { readonly store: Store; readonly logs: PodLogs }): void {
  const pod = store.get('Pod', namespace, name);
  if (pod === null) throw objectNotFound('', 'pods', name);
  const unknown = [...request.query.keys()].find((key) => !OPTIONS.has(key));
  if (unknown !== undefined) throw badRequest(`the sandbox does not know the option "${unknown}" of a log`);
  const [first] = pod.spec.containers;
  const container = request.query.get('container') ?? first?.name;
  if (container !== first?.name) throw badRequest(`container ${container} is not valid for pod ${name}`);
  const lines = logs(pod);
  if (lines === null) throw badRequest(`container "${container}" in pod "${name}" writes no log: the sandbox runs those pods alone that are annotated slipway.dev/run: service`);
  const last = numberOption(request, 'tailLines') ?? lines.length;
  response.writeHead(200, { 'content-type': 'text/plain' }).end(lines.slice(Math.max(0, lines.length - last)).map((line) => `${line}\n`).join(''));
}
