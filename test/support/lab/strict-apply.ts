import { request } from 'node:https';
import type { ControlPlane } from '../../../lab/kubernetes/start-control-plane.ts';

export type TeamObject = { readonly apiVersion: string; readonly kind: string; readonly metadata: { readonly name: string; readonly [member: string]: unknown }; readonly [member: string]: unknown };

/**
 * Asks the API server to apply an object in a namespace, on its side and without doing so.
 * @throws Error in its words for what it would refuse, which a field that it does not know is
 */
export async function applyStrictly(controlPlane: ControlPlane, object: TeamObject, namespace: string): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const path = `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}/namespaces/${namespace}/${pluralOf(kind)}/${metadata.name}`;
  const { status, text } = await patch(controlPlane, `${path}?dryRun=All&fieldManager=slipway-lab&fieldValidation=Strict`, { ...object, metadata: { ...metadata, namespace } });
  if (status >= 300) throw new Error(`${kind} ${metadata.name}: HTTP ${status}: ${text}`);
}

function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (name.endsWith('y')) return `${name.slice(0, -1)}ies`;
  return name.endsWith('s') ? `${name}es` : `${name}s`;
}

function patch({ url, caPem, administratorToken }: ControlPlane, path: string, body: object): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${administratorToken}`, 'content-type': 'application/apply-patch+yaml' };
    const asked = request(`${url}${path}`, { method: 'PATCH', ca: caPem, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('error', reject).end(JSON.stringify(body));
  });
}
