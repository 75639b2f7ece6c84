import type { Release } from './release.ts';

/** An image as a Pod names it; a part that the reference leaves out is null. */
export type ImageReference = {
  /** Host with its port, as `localhost:5000`; null means the runtime's default registry. */
  readonly registry: string | null;
  /** Path within the registry, as `team/inference-service`. */
  readonly repository: string;
  readonly tag: string | null;
  /** With its algorithm, as `sha256:…`. */
  readonly digest: string | null;
};

const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?$/;
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;

/** Parses `[registry/]repository[:tag][@digest]` by the grammar of github.com/distribution/reference; null for anything else. */
export function parseImage(reference: string): ImageReference | null {
  const [name, digest] = splitAt(reference, reference.indexOf('@'));
  if (digest !== null && !DIGEST.test(digest)) return null;
  // A colon before the last slash belongs to the registry's port.
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const [path, tag] = splitAt(name, colon);
  if (tag !== null && !TAG.test(tag)) return null;
  const [first = '', ...rest] = path.split('/');
  const registry = rest.length > 0 && isHost(first) ? first : null;
  const components = registry === null ? [first, ...rest] : rest;
  if (!components.every((component) => PATH_COMPONENT.test(component))) return null;
  return { registry, repository: components.join('/'), tag, digest };
}

function splitAt(text: string, index: number): [string, string | null] {
  return index < 0 ? [text, null] : [text.slice(0, index), text.slice(index + 1)];
}

/** `team/web` is a path on the default registry, `team.example/web` a registry: a dot, a port, `localhost` or a capital tells. */
function isHost(component: string): boolean {
  return (/[.:A-Z]/.test(component) || component === 'localhost') && HOST.test(component);
}

/**
 * Whether the reference names the release's repository, whichever tag it has. The registry is not compared: replication gives
 * every region its own.
 *
 * @param mirror `image` of the target: another name of the repository; compared with its registry if it has one
 */
export function namesRepository(reference: string, release: Pick<Release, 'repository'>, mirror?: string): boolean {
  const image = parseImage(reference);
  return image !== null && isOfRepository(image, release.repository, mirror);
}

/** Whether the reference carries this very release: its digest if it is pinned, else its tag. A missing tag means `latest`. */
export function runsRelease(reference: string, release: Pick<Release, 'repository' | 'tag' | 'digest' | 'digests'>, mirror?: string): boolean {
  const image = parseImage(reference);
  if (image === null || !isOfRepository(image, release.repository, mirror)) return false;
  if (image.digest !== null) return image.digest === release.digest || release.digests.includes(image.digest);
  return (image.tag ?? 'latest') === release.tag;
}

function isOfRepository(image: ImageReference, repository: string, mirror: string | undefined): boolean {
  if (image.repository === repository) return true;
  const name = mirror === undefined ? null : parseImage(mirror);
  return name !== null && image.repository === name.repository && (name.registry === null || image.registry === name.registry);
}
