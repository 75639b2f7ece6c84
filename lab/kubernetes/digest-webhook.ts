import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { AdmissionregistrationV1Api, CoreV1Api, type V1MutatingWebhookConfiguration, type V1Pod } from '@kubernetes/client-node';
import { closeServer, listenOnLoopback } from '../../sandbox/loopback.ts';
import { type CertificateAuthority, issueServerCertificate } from '../../sandbox/tls.ts';
import { kubeConfigOf } from './kube-config.ts';
import type { PodFault } from './kubelet/pod-faults.ts';
import { markPod } from './mark-pod.ts';
import type { ControlPlane } from './start-control-plane.ts';

export type DigestWebhookOptions = {
  /** Whose pods are marked. At least one, and each with its default service account. */
  readonly namespaces: readonly string[];
  /** Signs the certificate of the webhook. */
  readonly authority: CertificateAuthority;
  /** The digest that a pull of the image would find; null when there is no such image. */
  readonly digestOf: (image: string) => Promise<string | null>;
  /** What the simulated kubelet, or the scheduler, shall do with a pod; asked once, when it is created. */
  readonly faultOf?: (pod: V1Pod) => PodFault | 'unschedulable' | undefined;
};

export type DigestWebhook = { stop(): Promise<void> };

const PATIENCE = 30_000;
const LOOK_EVERY = 50;

/**
 * Stands between the API server and the pods of some namespaces as long as this process runs: there is no registry that the simulated
 * kubelet could ask what a tag means. Resolves when the API server calls it; `stop` resolves when it no longer does.
 */
export async function startDigestWebhook(controlPlane: ControlPlane, options: DigestWebhookOptions): Promise<DigestWebhook> {
  const config = kubeConfigOf(controlPlane);
  const registrations = config.makeApiClient(AdmissionregistrationV1Api);
  let reviews = 0;
  const { certPem: cert, keyPem: key } = await issueServerCertificate(options.authority, 'digest-webhook');
  const server = createReviewServer({ cert, key }, (pod) => {
    reviews += 1;
    return markPod(pod, options);
  });
  const address = await listenOnLoopback(server);
  const name = `digests-${randomUUID()}.lab.slipway.dev`;
  const isCalled = async (): Promise<boolean> => {
    const before = reviews;
    await probe(config.makeApiClient(CoreV1Api), options.namespaces);
    return reviews > before;
  };
  await registrations.createMutatingWebhookConfiguration({ body: registration(name, `https://${address}/`, options) });
  const stop = async (): Promise<void> => {
    await registrations.deleteMutatingWebhookConfiguration({ name });
    await until(async () => !(await isCalled()), `the API server of ${controlPlane.name} no longer calls ${name}`);
    await closeServer(server);
  };
  await until(isCalled, `the API server of ${controlPlane.name} calls ${name}`);
  return { stop };
}

/** What an API server sends is an AdmissionReview: see https://kubernetes.io/docs/reference/config-api/apiserver-admission.v1/ */
type AdmissionReview = { readonly request: { readonly uid: string; readonly object: V1Pod } };

function createReviewServer(certificate: { readonly cert: string; readonly key: string }, patchesOf: (pod: V1Pod) => Promise<readonly object[]>): Server {
  return createServer(certificate, (request, response) => {
    const answer = async (): Promise<void> => {
      const { request: asked } = (await json(request)) as AdmissionReview;
      const verdict = await patchesOf(asked.object).then(allowed, refused);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: asked.uid, ...verdict } }));
    };
    answer().catch(() => response.destroy());
  });
}

function allowed(patches: readonly object[]): object {
  return { allowed: true, patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(patches)).toString('base64') };
}

function refused(error: unknown): object {
  return { allowed: false, status: { message: error instanceof Error ? error.message : String(error) } };
}

function registration(name: string, url: string, { namespaces, authority }: DigestWebhookOptions): V1MutatingWebhookConfiguration {
  return {
    metadata: { name },
    webhooks: [
      {
        name,
        clientConfig: { url, caBundle: Buffer.from(authority.certPem).toString('base64') },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'], scope: 'Namespaced' }],
        namespaceSelector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values: [...namespaces] }] },
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Fail',
        timeoutSeconds: 10,
      },
    ],
  };
}

/** Creates a pod that is not kept: whether the webhook was called on the way is seen there. */
async function probe(core: CoreV1Api, [namespace = '']: readonly string[]): Promise<void> {
  const body = { metadata: { generateName: 'digest-webhook-' }, spec: { containers: [{ name: 'probe', image: 'probe' }] } };
  // Refusals tell nothing here: a server that is gone is asked in vain.
  await core.createNamespacedPod({ namespace, dryRun: 'All', body }).catch(() => undefined);
}

async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`Waited ${PATIENCE / 1000} s until ${what}.`);
    await delay(LOOK_EVERY);
  }
}
