import { randomUUID } from 'node:crypto';
import type { AwsEvent } from '../eventbridge/event.ts';
import type { AwsAccount } from '../service.ts';
import type { Image, Repository } from './repository.ts';

/** What ECR announces for one PutImage: an empty tag for a manifest pushed by digest alone, and no resources to filter by. */
export function pushEvent(account: AwsAccount, repository: Repository, image: Image, tag: string | undefined, now: number): AwsEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'ECR Image Action',
    source: 'aws.ecr',
    account: account.id,
    time: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: account.region,
    resources: [],
    detail: {
      result: 'SUCCESS',
      'repository-name': repository.name,
      'image-digest': image.digest,
      'action-type': 'PUSH',
      'image-tag': tag ?? '',
      'manifest-media-type': image.mediaType,
      ...(image.artifactType !== undefined && { 'artifact-media-type': image.artifactType }),
    },
  };
}
