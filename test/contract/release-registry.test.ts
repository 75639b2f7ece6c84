import { CreateRepositoryCommand, ECRClient, PutImageCommand, UpdateImageStorageClassCommand } from '@aws-sdk/client-ecr';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEcr } from '../../sandbox/aws/ecr/ecr.ts';
import { createReleaseRegistry } from '../../src/adapters/ecr/release-registry.ts';
import { createMemoryReleaseRegistry } from '../../src/adapters/memory/release-registry.ts';
import { ConfigurationError, ForbiddenError } from '../../src/domain/errors.ts';
import { ACCOUNT, startAws, type TestAws } from '../support/aws.ts';
import { anIndex, pushImage } from '../support/push-image.ts';
import { releaseRegistryContract, type RegistryWorld } from './release-registry.contract.ts';

const REGISTRY = `${ACCOUNT.id}.dkr.ecr.${ACCOUNT.region}.amazonaws.com`;

releaseRegistryContract('memory', async () => {
  const registry = createMemoryReleaseRegistry({ pageSize: 2 });
  const repository = { registry: REGISTRY, name: 'team/service' };
  const imagePushedAt = '2026-01-02T03:04:05.000Z';
  return {
    registry,
    repository,
    push: async ({ digest, config }, tag) => registry.push(repository, { digest, imagePushedAt, digests: [config.digest] }, tag),
    tag: async ({ digest, config }, tag) => registry.push(repository, { digest, imagePushedAt, digests: [config.digest] }, tag),
    async pushIndex(images, attestation, tag) {
      const digests = images.flatMap(({ digest, config }) => [digest, config.digest]);
      registry.push(repository, { digest: anIndex(images, attestation).digest, imagePushedAt, digests }, tag);
    },
    archive: async (digest) => registry.archive(repository, digest),
  };
});

let aws: TestAws;
beforeAll(async () => {
  aws = await startAws(createEcr({ account: ACCOUNT, publish: () => undefined, now: Date.now }));
});
afterAll(() => aws.close());

let repositories = 0;

releaseRegistryContract('ECR', async (): Promise<RegistryWorld> => {
  const client = new ECRClient(aws.administrator);
  const repositoryName = `team/service-${++repositories}`;
  await client.send(new CreateRepositoryCommand({ repositoryName }));
  const reader = new ECRClient(aws.only('ecr:DescribeImages', 'ecr:BatchGetImage'));
  return {
    registry: createReleaseRegistry({ client: () => reader, pageSize: 2 }),
    repository: { registry: REGISTRY, name: repositoryName },
    push: (image, tag) => pushImage(client, repositoryName, image, tag),
    async tag({ manifest }, tag) {
      await client.send(new PutImageCommand({ repositoryName, imageManifest: manifest, imageTag: tag }));
    },
    async pushIndex(images, attestation, tag) {
      for (const image of [...images, attestation]) await pushImage(client, repositoryName, image);
      await client.send(new PutImageCommand({ repositoryName, imageManifest: anIndex(images, attestation).manifest, imageTag: tag }));
    },
    async archive(digest) {
      await client.send(new UpdateImageStorageClassCommand({ repositoryName, imageId: { imageDigest: digest }, targetStorageClass: 'ARCHIVE' }));
    },
  };
});

it('names the missing permission', async () => {
  const registry = createReleaseRegistry({ client: () => new ECRClient(aws.only('ecr:BatchGetImage')) });
  const image = registry.image({ registry: REGISTRY, name: 'team/service' }, { tag: 'v1' });
  await expect(image).rejects.toThrow(ForbiddenError);
  await expect(image).rejects.toThrow(/Cannot look up image .*team\/service:v1.*; allow ecr:DescribeImages in the role's policy\.$/);
});

it('refuses a registry that is not ECR', async () => {
  const registry = createReleaseRegistry();
  const image = async (): Promise<unknown> => registry.image({ registry: 'docker.io', name: 'library/web' }, { tag: 'v1' });
  await expect(image()).rejects.toThrow(ConfigurationError);
});
