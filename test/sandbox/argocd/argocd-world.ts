import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Application } from '../../../sandbox/argocd/application-store.ts';
import { chartFiles } from '../../../sandbox/argocd/chart-renderer.ts';
import { sampleManifests, withJobs } from '../../../sandbox/argocd/manifests.ts';
import { type ArgoCdOptions, type ArgoCdServer, startArgoCd } from '../../../sandbox/argocd/start-argocd.ts';
import { type BareRepository, createBareRepository } from '../../../sandbox/git/bare-repository.ts';
import { createCertificateAuthority, issueServerCertificate } from '../../../sandbox/tls.ts';
import { type RecordedCluster, recordedCluster } from './recorded-cluster.ts';

export const APPLICATION = 'inference-dev';
export const VALUES_FILE = 'envs/dev/values.yaml';
const REPOSITORY_URL = 'http://127.0.0.1/config.git';
const SHORT = { refresh: 5, liveChange: 5, pickUp: 5, operation: 5, afterOperation: 5, selfHeal: 5 };

const authority = await createCertificateAuthority('Argo CD test');
const certificate = await issueServerCertificate(authority, 'argocd');

export type Answer = { readonly status: number; readonly type: string | undefined; readonly text: string; readonly json: () => unknown };
export type Request = { readonly token?: string | null; readonly body?: string; readonly type?: string | null };

export type TestWorld = {
  readonly repository: BareRepository;
  readonly cluster: RecordedCluster;
  readonly argocd: ArgoCdServer;
  readonly token: string;
  /** The CA that signed the server's certificate. */
  readonly caBundle: string;
  call(method: string, path: string, request?: Request): Promise<Answer>;
  open(path: string, headers?: Record<string, string>): Promise<IncomingMessage>;
  commitTag(tag: string): Promise<string>;
  /** Resolves with the first state of the Application, now or later, that the condition holds for. */
  until(condition: (application: Application) => boolean): Promise<Application>;
  stop(): Promise<void>;
};

export type TestWorldOptions = Partial<Pick<ArgoCdOptions, 'hook' | 'now' | 'delays'>> & {
  /** Changes the text of the repository's own manifests. */
  readonly manifests?: (text: string) => string;
  readonly valuesFile?: string;
};

export const MANUAL = (text: string): string => text.replace(/ {2}syncPolicy:[\s\S]*/, '');

/** The sample project over a repository with 1.0.0, in a cluster that is empty. */
export async function startWorld({ manifests = (text) => text, valuesFile = values('1'), delays, ...options }: TestWorldOptions = {}): Promise<TestWorld> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-argocd-'));
  const chart = Object.fromEntries(Object.entries(chartFiles()).map(([path, text]) => [`charts/inference-service/${path}`, text]));
  const repository = await createBareRepository(join(root, 'config.git'), { ...chart, [VALUES_FILE]: valuesFile });
  const cluster = recordedCluster();
  const argocd = await startArgoCd({
    manifests: sampleManifests(REPOSITORY_URL).map((text) => manifests(options.hook === undefined ? text : withJobs(text))),
    repositories: { [REPOSITORY_URL]: repository },
    cluster,
    certificate,
    delays: { ...SHORT, ...delays },
    ...options,
  }).catch(async (error: unknown) => {
    await rm(root, { recursive: true });
    throw error;
  });
  const token = argocd.token('inference', 'slipway');
  const open = (path: string, headers: Record<string, string> = {}, method = 'GET', body?: string) => send(`${argocd.url}${path}`, { authorization: `Bearer ${token}`, ...headers }, method, body);
  return {
    repository,
    cluster,
    argocd,
    token,
    caBundle: authority.certPem,
    open,
    async call(method, path, { token: given = token, body, type = method === 'GET' ? null : 'application/json' } = {}) {
      const headers = { ...(given === null ? {} : { authorization: `Bearer ${given}` }), ...(type === null ? {} : { 'content-type': type }) };
      return readAnswer(await send(`${argocd.url}${path}`, headers, method, body));
    },
    commitTag: (tag) => repository.commit({ message: `Deploy ${tag}`, files: { [VALUES_FILE]: values(tag) } }),
    until: async (condition) => {
      const stream = await open(`/api/v1/stream/applications?name=${APPLICATION}`);
      for await (const application of applicationsOf(stream)) if (condition(application)) return application;
      throw new Error('The stream ended.');
    },
    async stop() {
      await argocd.stop();
      await rm(root, { recursive: true });
    },
  };
}

export function values(tag: string): string {
  return `# Written by Slipway\nimage:\n  repository: registry.example/inference-service\n  tag: "${tag}"\nreplicaCount: 2\n`;
}

/** Applications of a plain (not SSE) stream; leaving the loop ends the request. */
export async function* applicationsOf(stream: AsyncIterable<Buffer>): AsyncGenerator<Application> {
  let text = '';
  for await (const chunk of stream) {
    const lines = (text + chunk.toString()).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) yield (JSON.parse(line) as { result: { application: Application } }).result.application;
  }
}

async function send(url: string, headers: Record<string, string>, method: string, body?: string): Promise<IncomingMessage> {
  const request = httpsRequest(url, { method, headers, ca: authority.certPem, agent: false }).end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, type: response.headers['content-type'], text, json: () => JSON.parse(text) as unknown };
}
