import * as z from 'zod/mini';
import { RefusedError } from '../../domain/errors.ts';
import { readAnswer } from '../aws/answer.ts';

export const INDEX_MEDIA_TYPES = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'];
export const IMAGE_MEDIA_TYPES = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json'];

const Manifest = z.object({
  config: z.optional(z.object({ digest: z.string() })),
  manifests: z.optional(
    z.array(
      z.object({
        digest: z.string(),
        platform: z.optional(z.object({ os: z.string(), architecture: z.string() })),
        annotations: z.optional(z.record(z.string(), z.string())),
      }),
    ),
  ),
});

export type Manifest = z.output<typeof Manifest>;

/** The part of an image manifest or index that names other digests. */
export function readManifest(text: string, image: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RefusedError(`The manifest of image ${image} is not JSON; push the image again.`, { cause });
  }
  return readAnswer(Manifest, json, `The manifest of image ${image}`);
}

/** Digests of an index's images by platform, without what BuildKit attests about them (provenance, SBOM). */
export function platformDigests({ manifests = [] }: Manifest): readonly string[] {
  return manifests
    .filter(({ platform, annotations }) => platform?.os !== 'unknown' && annotations?.['vnd.docker.reference.type'] === undefined)
    .map(({ digest }) => digest);
}

/** The config's digest: some runtimes report it as the image's id. */
export function configDigest({ config }: Manifest): readonly string[] {
  return config === undefined ? [] : [config.digest];
}
