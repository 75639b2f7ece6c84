import { createHash } from 'node:crypto';
import { CompleteLayerUploadCommand, type ECRClient, InitiateLayerUploadCommand, PutImageCommand, UploadLayerPartCommand } from '@aws-sdk/client-ecr';

const IMAGE = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

export type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number };

export type TestImage = { readonly manifest: string; readonly mediaType: string; readonly digest: string; readonly config: Descriptor; readonly blobs: readonly Uint8Array[] };

/** An image whose content is its name: another name, another digest. */
export function anImage(name: string): TestImage {
  const config = Buffer.from(JSON.stringify({ architecture: 'arm64', os: 'linux', config: { Labels: { name } } }));
  const layer = Buffer.from(`layer of ${name}`);
  const described = descriptor(CONFIG, config);
  const layers = [descriptor('application/vnd.oci.image.layer.v1.tar+gzip', layer)];
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: IMAGE, config: described, layers });
  return { manifest, mediaType: IMAGE, digest: digestOf(Buffer.from(manifest)), config: described, blobs: [config, layer] };
}

/** An index of images by platform, with the attestation that BuildKit adds for the first of them. */
export function anIndex(images: readonly TestImage[], attestation: TestImage): { readonly manifest: string; readonly digest: string } {
  const manifests = images.map(({ mediaType, digest, manifest }, number) => ({ mediaType, digest, size: manifest.length, platform: { os: 'linux', architecture: ['arm64', 'amd64'][number] } }));
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': images[0]?.digest };
  const attested = { mediaType: IMAGE, digest: attestation.digest, size: attestation.manifest.length, platform: { os: 'unknown', architecture: 'unknown' }, annotations };
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [...manifests, attested] });
  return { manifest, digest: digestOf(Buffer.from(manifest)) };
}

/** Pushes as a container tool does: the blobs, then the manifest, with a tag or by digest alone. */
export async function pushImage(client: ECRClient, repositoryName: string, image: TestImage, imageTag?: string): Promise<void> {
  for (const blob of image.blobs) await pushBlob(client, repositoryName, blob);
  await client.send(new PutImageCommand({ repositoryName, imageManifest: image.manifest, ...(imageTag === undefined ? { imageDigest: image.digest } : { imageTag }) }));
}

/** Uploads a blob in two parts. */
async function pushBlob(client: ECRClient, repositoryName: string, blob: Uint8Array): Promise<void> {
  const { uploadId } = await client.send(new InitiateLayerUploadCommand({ repositoryName }));
  const half = Math.floor(blob.length / 2);
  for (const [from, to] of [[0, half], [half, blob.length]] as const) {
    const part = { uploadId, partFirstByte: from, partLastByte: to - 1, layerPartBlob: blob.subarray(from, to) };
    await client.send(new UploadLayerPartCommand({ repositoryName, ...part }));
  }
  await client.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digestOf(blob)] }));
}

export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function descriptor(mediaType: string, content: Uint8Array): Descriptor {
  return { mediaType, digest: digestOf(content), size: content.length };
}
