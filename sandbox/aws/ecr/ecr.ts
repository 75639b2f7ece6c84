import { z } from 'zod';
import type { AwsEvent } from '../eventbridge/event.ts';
import { operation } from '../operation.ts';
import type { AwsAccount, AwsOperation, AwsService } from '../service.ts';
import { CompleteLayerUploadInput, completeLayerUpload, initiateLayerUpload, UploadLayerPartInput, uploadLayerPart } from './layers.ts';
import { pushEvent } from './push-event.ts';
import { PutImageInput, putImage } from './put-image.ts';
import {
  BatchGetImageInput,
  batchGetImage,
  DescribeImagesInput,
  describeImages,
  imageAnswer,
  UpdateImageStorageClassInput,
  updateImageStorageClass,
} from './read-images.ts';
import { CreateRepositoryInput, createRepository, type Registry, RepositoryName, repositoryArn } from './repository.ts';

export type EcrOptions = {
  readonly account: AwsAccount;
  /** Takes each event that a push causes. */
  readonly publish: (event: AwsEvent) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

/** The account's registry: pushes by layer and manifest, reads, and the events that pushes cause. */
export function createEcr({ account, publish, now }: EcrOptions): AwsService {
  const registry: Registry = { account, repositories: new Map() };
  return {
    scope: 'ecr',
    operations: {
      CreateRepository: onRepository('CreateRepository', CreateRepositoryInput, (input) => {
        const { name } = createRepository(registry, input);
        return { repository: { registryId: account.id, repositoryName: name, repositoryArn: repositoryArn(name, account) } };
      }),
      InitiateLayerUpload: onRepository('InitiateLayerUpload', z.strictObject(RepositoryName), (input) => initiateLayerUpload(registry, input)),
      UploadLayerPart: onRepository('UploadLayerPart', UploadLayerPartInput, (input) => uploadLayerPart(registry, input)),
      CompleteLayerUpload: onRepository('CompleteLayerUpload', CompleteLayerUploadInput, (input) => completeLayerUpload(registry, input)),
      PutImage: onRepository('PutImage', PutImageInput, (input) => {
        const { image, repository } = putImage(registry, input, now());
        publish(pushEvent(account, repository, image, input.imageTag, now()));
        return { image: imageAnswer(registry, repository, image, input.imageTag) };
      }),
      DescribeImages: onRepository('DescribeImages', DescribeImagesInput, (input) => describeImages(registry, input)),
      BatchGetImage: onRepository('BatchGetImage', BatchGetImageInput, (input) => batchGetImage(registry, input)),
      UpdateImageStorageClass: onRepository('UpdateImageStorageClass', UpdateImageStorageClassInput, (input) => updateImageStorageClass(registry, input)),
    },
  };
}

/** An operation that AWS allows by repository. */
function onRepository<Input extends RepositoryName>(name: string, schema: z.ZodType<Input>, run: (input: Input) => object): AwsOperation {
  return operation(name, schema, (input, account) => [{ action: `ecr:${name}`, resource: repositoryArn(input.repositoryName, account) }], run);
}
