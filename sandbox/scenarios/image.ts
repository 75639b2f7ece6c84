import { createHash } from 'node:crypto';
import { CompleteLayerUploadCommand, CreateRepositoryCommand, type ECRClient, InitiateLayerUploadCommand, PutImageCommand, UploadLayerPartCommand } from '@aws-sdk/client-ecr';

/** An image small enough to read: a config that names the release, one layer, and the manifest that binds them. */
export type Image = { readonly tag: string; readonly digest: string; readonly manifest: string; readonly blobs: readonly Buffer[] };

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** The image of a release by its tag; the same tag always has the same digest. */
export function imageOf(tag: string): Image {
  const layer = Buffer.from(`inference-service ${tag}\n`);
  const config = Buffer.from(JSON.stringify({ architecture: 'arm64', os: 'linux', config: { Env: [`VERSION=${tag}`] }, rootfs: { type: 'layers', diff_ids: [sha256(layer)] } }));
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(config), size: config.length },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sha256(layer), size: layer.length }],
  });
  return { tag, digest: sha256(Buffer.from(manifest)), manifest, blobs: [config, layer] };
}

export async function createRepository(ecr: ECRClient, repositoryName: string): Promise<void> {
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
}

/** Pushes as a client does: each blob first, then the manifest under its tag. */
export async function pushImage(ecr: ECRClient, repositoryName: string, image: Image): Promise<void> {
  await pushBlobs(ecr, repositoryName, image);
  await putImage(ecr, repositoryName, image);
}

export async function pushBlobs(ecr: ECRClient, repositoryName: string, { blobs }: Pick<Image, 'blobs'>): Promise<void> {
  for (const blob of blobs) {
    const { uploadId = '' } = await ecr.send(new InitiateLayerUploadCommand({ repositoryName }));
    await ecr.send(new UploadLayerPartCommand({ repositoryName, uploadId, partFirstByte: 0, partLastByte: blob.length - 1, layerPartBlob: blob }));
    await ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [sha256(blob)] }));
  }
}

/** Pushes an image whose blobs are there already: once more under another tag. */
export async function putImage(ecr: ECRClient, repositoryName: string, { manifest, tag }: Pick<Image, 'manifest' | 'tag'>): Promise<void> {
  await ecr.send(new PutImageCommand({ repositoryName, imageManifest: manifest, imageManifestMediaType: MANIFEST_TYPE, imageTag: tag }));
}

function sha256(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
