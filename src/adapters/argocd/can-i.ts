import * as z from 'zod/mini';
import type { ApplicationRef } from '../../domain/service.ts';
import { type Api, get } from './api.ts';

const CanI = z.object({ value: z.string() });

/** Whether Argo CD lets our token do this with the Application, by its own word. */
export async function mayOn(api: Api, ref: ApplicationRef, action: 'get' | 'sync'): Promise<boolean> {
  const path = `/api/v1/account/can-i/applications/${action}/${encodeURIComponent(rbacObject(ref))}`;
  return (await get(api, { call: 'ask for the rights of our token', path, answer: CanI })).value === 'yes';
}

/** An Application in the namespace of Argo CD itself is named without it. */
function rbacObject({ name, project, namespace }: ApplicationRef): string {
  return namespace === undefined ? `${project}/${name}` : `${project}/${namespace}/${name}`;
}
