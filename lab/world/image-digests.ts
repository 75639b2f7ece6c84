import { BatchGetImageCommand, ECRClient } from '@aws-sdk/client-ecr';
import type { Aws } from '../../sandbox/aws/start-aws.ts';
import { REGISTRY } from '../../sandbox/world.ts';

/** `<repository>:<tag>` of the sandbox's registry. */
const TAGGED = /^([^:@]+):([^@]+)$/;

/** What a pull of the image finds: by a digest always that, as nodes may have had it before; by a tag what the sandbox's ECR has under it. */
export function digestsIn({ endpointUrl, account, administrator }: Aws): (image: string) => Promise<string | null> {
  const ecr = new ECRClient({ endpoint: endpointUrl, region: account.region, credentials: administrator, maxAttempts: 3 });
  return async (image) => {
    const [, digest] = /@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
    if (digest !== undefined) return digest;
    const [, repositoryName, imageTag] = TAGGED.exec(image.startsWith(`${REGISTRY}/`) ? image.slice(REGISTRY.length + 1) : '') ?? [];
    if (repositoryName === undefined) return null;
    const { images: [found] = [] } = await ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag }] }));
    return found?.imageId?.imageDigest ?? null;
  };
}
