import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ControlPlane } from './start-control-plane.ts';

const KINDS = '/apis/argoproj.io/v1alpha1';
const PATIENCE = 60_000;

/**
 * Applies the definitions of argoproj.io's kinds and waits until they can be used: processes would wait a second and more for one that is not there yet.
 * The texts go to the API server as they are, which reads YAML; to parse them here would cost more than all the rest of the start.
 */
export async function applyDefinitions(controlPlane: ControlPlane, folder: string): Promise<void> {
  const texts = await Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
  const names = texts.map(nameOf);
  await Promise.all(texts.map((text, index) => apply(controlPlane, names[index] ?? '', text)));
  const deadline = performance.now() + PATIENCE;
  while (!(await areServed(controlPlane, names))) {
    if (performance.now() > deadline) throw new Error(`Cluster ${controlPlane.name} does not serve ${names.join(', ')} after ${PATIENCE / 1000} s.`);
    await delay(50);
  }
}

function nameOf(text: string): string {
  const name = /^ {2}name: (\S+)$/m.exec(text)?.[1];
  if (name === undefined) throw new Error("A definition of argoproj.io's kinds has no name; build the lab's tools again.");
  return name;
}

async function apply(controlPlane: ControlPlane, name: string, text: string): Promise<void> {
  const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}?fieldManager=slipway-lab&force=true`;
  const { status, body } = await send(controlPlane, 'PATCH', path, text);
  if (status >= 300) throw new Error(`Cluster ${controlPlane.name} does not apply CustomResourceDefinition ${name}: HTTP ${status}: ${body.slice(0, 500)}`);
}

async function areServed(controlPlane: ControlPlane, names: readonly string[]): Promise<boolean> {
  const { status, body } = await send(controlPlane, 'GET', KINDS);
  if (status !== 200) return false;
  const { resources } = JSON.parse(body) as { resources: readonly { name: string }[] };
  return names.every((name) => resources.some((resource) => name === `${resource.name}.argoproj.io`));
}

async function send({ url, caPem, administratorToken }: ControlPlane, method: 'GET' | 'PATCH', path: string, text?: string): Promise<{ status: number; body: string }> {
  const type = text === undefined ? {} : { 'content-type': 'application/apply-patch+yaml' };
  const sent = request(url + path, { method, ca: caPem, agent: false, headers: { authorization: `Bearer ${administratorToken}`, ...type } });
  sent.end(text);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += String(chunk);
  return { status: response.statusCode ?? 0, body };
}
