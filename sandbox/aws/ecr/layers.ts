import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../service.ts';
import { type Registry, type Repository, RepositoryName, repositoryOf } from './repository.ts';

const PART_SIZE = 20 * 1024 * 1024;

export const UploadLayerPartInput = z.strictObject({
  ...RepositoryName,
  uploadId: z.string(),
  partFirstByte: z.number(),
  partLastByte: z.number(),
  /** Base64 on the wire. */
  layerPartBlob: z.string(),
});

export const CompleteLayerUploadInput = z.strictObject({ ...RepositoryName, uploadId: z.string(), layerDigests: z.array(z.string()) });

export function initiateLayerUpload(registry: Registry, input: RepositoryName): object {
  const uploadId = randomUUID();
  repositoryOf(registry, input).uploads.set(uploadId, []);
  return { uploadId, partSize: PART_SIZE };
}

export function uploadLayerPart(registry: Registry, input: z.output<typeof UploadLayerPartInput>): object {
  const repository = repositoryOf(registry, input);
  const parts = partsOf(registry, repository, input.uploadId);
  const part = Buffer.from(input.layerPartBlob, 'base64');
  const received = parts.reduce((sum, { length }) => sum + length, 0);
  if (input.partFirstByte !== received || input.partLastByte !== received + part.length - 1) {
    throw new AwsError('InvalidLayerPartException', `The layer part for the upload with id '${input.uploadId}' is not valid: it must begin at byte ${received} and hold as many bytes as it says`);
  }
  parts.push(part);
  return { registryId: registry.account.id, repositoryName: repository.name, uploadId: input.uploadId, lastByteReceived: input.partLastByte };
}

export function completeLayerUpload(registry: Registry, input: z.output<typeof CompleteLayerUploadInput>): object {
  const repository = repositoryOf(registry, input);
  const parts = partsOf(registry, repository, input.uploadId);
  if (parts.length === 0) throw new AwsError('EmptyUploadException', `The upload with id '${input.uploadId}' has no layer parts`);
  const layerDigest = `sha256:${createHash('sha256').update(Buffer.concat(parts)).digest('hex')}`;
  if (!input.layerDigests.includes(layerDigest)) {
    throw new AwsError('InvalidLayerException', `Layer digest does not match: uploaded ${layerDigest}, expected ${input.layerDigests.join(', ')}`);
  }
  if (repository.layers.has(layerDigest)) {
    throw new AwsError('LayerAlreadyExistsException', `The layer with digest '${layerDigest}' already exists in the repository with name '${repository.name}' in registry with id '${registry.account.id}'`);
  }
  repository.uploads.delete(input.uploadId);
  repository.layers.add(layerDigest);
  return { registryId: registry.account.id, repositoryName: repository.name, uploadId: input.uploadId, layerDigest };
}

function partsOf(registry: Registry, repository: Repository, uploadId: string): Buffer[] {
  const parts = repository.uploads.get(uploadId);
  if (parts === undefined) {
    throw new AwsError('UploadNotFoundException', `An upload with id '${uploadId}' does not exist for the repository with name '${repository.name}' in registry with id '${registry.account.id}'`);
  }
  return parts;
}
