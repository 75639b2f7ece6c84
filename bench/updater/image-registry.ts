import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback } from '../../sandbox/loopback.ts';
import type { Image } from '../../sandbox/scenarios/image.ts';

/** The part of the OCI distribution API that a poller reads, over images that are put past it: the sandbox's ECR has AWS's API alone. */
export type ImageRegistry = {
  readonly url: string;
  put(repository: string, image: Image): void;
  stop(): Promise<void>;
};

type Content = { readonly type: string; readonly digest: string; readonly body: string | Buffer };

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

export async function startImageRegistry(): Promise<ImageRegistry> {
  const repositories = new Map<string, Map<string, Image>>();
  const server = createServer((request, response) => answer(repositories, request, response));
  return {
    url: `http://${await listenOnLoopback(server)}`,
    put(repository, image) {
      const images = repositories.get(repository) ?? new Map<string, Image>();
      repositories.set(repository, images.set(image.tag, image));
    },
    stop: () => closeServer(server),
  };
}

function answer(repositories: ReadonlyMap<string, ReadonlyMap<string, Image>>, { method, url = '' }: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(url, 'http://registry');
  response.setHeader('docker-distribution-api-version', 'registry/2.0');
  const [, name = '', what, reference = ''] = /^\/v2\/(.+)\/(tags|manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
  const images = repositories.get(name);
  if (pathname === '/v2/') json(response, 200, {});
  else if (method !== 'GET' && method !== 'HEAD') json(response, 405, { errors: [{ code: 'UNSUPPORTED' }] });
  else if (images === undefined) json(response, 404, { errors: [{ code: 'NAME_UNKNOWN' }] });
  else if (what === 'tags') json(response, 200, { name, tags: [...images.keys()] });
  else give(response, what === 'manifests' ? manifestOf(images, reference) : blobOf(images, reference), method === 'HEAD');
}

function manifestOf(images: ReadonlyMap<string, Image>, reference: string): Content | null {
  const image = images.get(reference) ?? [...images.values()].find(({ digest }) => digest === reference);
  return image === undefined ? null : { type: MANIFEST_TYPE, digest: image.digest, body: image.manifest };
}

/** A manifest names its blobs in their order: the config first. */
function blobOf(images: ReadonlyMap<string, Image>, wanted: string): Content | null {
  for (const { manifest, blobs } of images.values()) {
    const { config, layers } = JSON.parse(manifest) as { readonly config: { readonly digest: string }; readonly layers: readonly { readonly digest: string }[] };
    const body = blobs[[config, ...layers].findIndex(({ digest }) => digest === wanted)];
    if (body !== undefined) return { type: 'application/octet-stream', digest: wanted, body };
  }
  return null;
}

function give(response: ServerResponse, content: Content | null, headersOnly: boolean): void {
  if (content === null) {
    json(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] });
    return;
  }
  const { type, digest, body } = content;
  response.writeHead(200, { 'content-type': type, 'docker-content-digest': digest, 'content-length': Buffer.byteLength(body) }).end(headersOnly ? undefined : body);
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
