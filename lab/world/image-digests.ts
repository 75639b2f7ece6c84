import { BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr';
import type { Aws } from '../../sandbox/aws/start-aws.ts';
import { REGISTRY } from '../../sandbox/world.ts';

/** What a pull of the image would find in the sandbox's ECR; null for what is not there. */
export function digestsIn({ endpointUrl, account, administrator }: Aws): (image: string) => Promise<string | null> {
  const ecr = new ECRClient({ endpoint: endpointUrl, region: account.region, credentials: administrator, maxAttempts: 3 });
  return async (image) => {
    const [, repositoryName, imageTag, imageDigest] = /^([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(image.startsWith(`${REGISTRY}/`) ? image.slice(REGISTRY.length + 1) : '') ?? [];
    if (repositoryName === undefined) return null;
    const imageIds = [imageDigest === undefined ? { imageTag: imageTag ?? 'latest' } : { imageDigest }];
    const { images: [found] = [] } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds })).catch(() => ({ images: [] }));
    return found?.imageId?.imageDigest ?? null;
  };
}
