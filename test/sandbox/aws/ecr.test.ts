import {
  BatchGetImageCommand,
  CompleteLayerUploadCommand,
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  InitiateLayerUploadCommand,
  PutImageCommand,
  UploadLayerPartCommand,
} from '@aws-sdk/client-ecr';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEcr } from '../../../sandbox/aws/ecr/ecr.ts';
import type { AwsEvent } from '../../../sandbox/aws/eventbridge/event.ts';
import { ACCOUNT, startAws, type TestAws } from '../../support/aws.ts';
import { anImage, anIndex, digestOf, INDEX, pushImage } from '../../support/push-image.ts';

const NOW = Date.parse('2026-01-02T03:04:05.678Z');
const repositoryName = 'team/service';

let aws: TestAws;
let ecr: ECRClient;
let events: AwsEvent[];
beforeEach(async () => {
  events = [];
  aws = await startAws(createEcr({ account: ACCOUNT, publish: (event) => events.push(event), now: () => NOW }));
  ecr = new ECRClient(aws.administrator);
  await ecr.send(new CreateRepositoryCommand({ repositoryName }));
});
afterEach(() => aws.close());

const put = (manifest: string, rest: object = {}) => ecr.send(new PutImageCommand({ repositoryName, imageManifest: manifest, ...rest }));

describe('a push', () => {
  it('is announced with its tag, digest and media types', async () => {
    const image = anImage('one');
    await pushImage(ecr, repositoryName, image, 'v1');
    expect(events).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        'detail-type': 'ECR Image Action',
        source: 'aws.ecr',
        account: ACCOUNT.id,
        time: '2026-01-02T03:04:05Z',
        region: ACCOUNT.region,
        resources: [],
        detail: {
          result: 'SUCCESS',
          'repository-name': repositoryName,
          'image-digest': image.digest,
          'action-type': 'PUSH',
          'image-tag': 'v1',
          'manifest-media-type': 'application/vnd.oci.image.manifest.v1+json',
          'artifact-media-type': 'application/vnd.oci.image.config.v1+json',
        },
      },
    ]);
  });

  it('is announced once for each tag', async () => {
    await pushImage(ecr, repositoryName, anImage('one'), 'v1');
    await put(anImage('one').manifest, { imageTag: 'latest' });
    expect(events.map(({ detail }) => [detail['image-tag'], detail['image-digest']])).toEqual([
      ['v1', anImage('one').digest],
      ['latest', anImage('one').digest],
    ]);
  });

  it('of an index is announced with an empty tag for each child, and then with the tag', async () => {
    const [arm, attestation] = [anImage('arm'), anImage('attestation')];
    for (const image of [arm, attestation]) await pushImage(ecr, repositoryName, image);
    await put(anIndex([arm], attestation).manifest, { imageTag: 'v1' });
    expect(events.map(({ detail }) => [detail['image-tag'], detail['manifest-media-type']])).toEqual([
      ['', arm.mediaType],
      ['', arm.mediaType],
      ['v1', INDEX],
    ]);
  });
});

describe('PutImage refuses', () => {
  it('a manifest whose layers were not uploaded', async () => {
    await expect(put(anImage('one').manifest, { imageTag: 'v1' })).rejects.toMatchObject({ name: 'LayersNotFoundException', message: expect.stringContaining(anImage('one').config.digest) as string });
    expect(events).toEqual([]);
  });

  it('an index whose images were not pushed', async () => {
    const index = anIndex([anImage('arm')], anImage('attestation'));
    await expect(put(index.manifest, { imageTag: 'v1' })).rejects.toMatchObject({ name: 'ReferencedImagesNotFoundException' });
  });

  it('what is there already, and announces nothing', async () => {
    await pushImage(ecr, repositoryName, anImage('one'), 'v1');
    await expect(put(anImage('one').manifest, { imageTag: 'v1' })).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
    await expect(put(anImage('one').manifest)).rejects.toMatchObject({ name: 'ImageAlreadyExistsException' });
    expect(events).toHaveLength(1);
  });

  it('to move a tag of an immutable repository', async () => {
    const immutable = 'team/immutable';
    await ecr.send(new CreateRepositoryCommand({ repositoryName: immutable, imageTagMutability: 'IMMUTABLE' }));
    await pushImage(ecr, immutable, anImage('one'), 'v1');
    await expect(pushImage(ecr, immutable, anImage('two'), 'v1')).rejects.toMatchObject({ name: 'ImageTagAlreadyExistsException' });
  });

  it.each([
    ['a digest that is not the manifest’s', { imageDigest: digestOf(Buffer.from('other')) }, 'ImageDigestDoesNotMatchException'],
    ['a repository that does not exist', { repositoryName: 'team/missing' }, 'RepositoryNotFoundException'],
    ['the registry of another account', { registryId: '999988887777' }, 'RepositoryNotFoundException'],
    ['a manifest that is not JSON', { imageManifest: '{' }, 'InvalidParameterException'],
    ['a manifest without a media type', { imageManifest: '{}' }, 'InvalidParameterException'],
  ])('%s', async (_, rest, name) => {
    await expect(put(anImage('one').manifest, rest)).rejects.toMatchObject({ name });
  });
});

describe('a layer upload refuses', () => {
  const blob = Buffer.from('layer');
  const begin = async (): Promise<string | undefined> => (await ecr.send(new InitiateLayerUploadCommand({ repositoryName }))).uploadId;
  const part = (uploadId: string | undefined, partFirstByte = 0) => ecr.send(new UploadLayerPartCommand({ repositoryName, uploadId, partFirstByte, partLastByte: partFirstByte + blob.length - 1, layerPartBlob: blob }));
  const complete = (uploadId: string | undefined, digest = digestOf(blob)) => ecr.send(new CompleteLayerUploadCommand({ repositoryName, uploadId, layerDigests: [digest] }));

  it('a part that does not follow the one before', async () => {
    await expect(part(await begin(), 7)).rejects.toMatchObject({ name: 'InvalidLayerPartException' });
  });

  it('an upload that was never begun', async () => {
    await expect(part('unknown')).rejects.toMatchObject({ name: 'UploadNotFoundException' });
  });

  it('to complete without parts, or with another digest', async () => {
    const uploadId = await begin();
    await expect(complete(uploadId)).rejects.toMatchObject({ name: 'EmptyUploadException' });
    await part(uploadId);
    await expect(complete(uploadId, digestOf(Buffer.from('other')))).rejects.toMatchObject({ name: 'InvalidLayerException' });
  });

  it('a layer that is there already', async () => {
    for (const expected of ['completed', 'LayerAlreadyExistsException']) {
      const uploadId = await begin();
      await part(uploadId);
      expect(await complete(uploadId).then(() => 'completed', (error: Error) => error.name)).toBe(expected);
    }
  });
});

describe('reading', () => {
  it('names the image that is not there', async () => {
    const missing = ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }] }));
    await expect(missing).rejects.toMatchObject({ name: 'ImageNotFoundException', message: expect.stringContaining("imageTag:'v1'") as string });
  });

  it('lists every image, the untagged ones without tags', async () => {
    await pushImage(ecr, repositoryName, anImage('one'), 'v1');
    await pushImage(ecr, repositoryName, anImage('two'), 'v1');
    const { imageDetails } = await ecr.send(new DescribeImagesCommand({ repositoryName }));
    expect(imageDetails?.map(({ imageDigest, imageTags }) => [imageDigest, imageTags])).toEqual([
      [anImage('one').digest, undefined],
      [anImage('two').digest, ['v1']],
    ]);
  });

  it('lists a page at a time, of those that the filter lets through, and goes on after a push in between', async () => {
    for (const name of ['one', 'two', 'three']) await pushImage(ecr, repositoryName, anImage(name), name);
    await pushImage(ecr, repositoryName, anImage('untagged'));
    const page = (nextToken?: string) => ecr.send(new DescribeImagesCommand({ repositoryName, filter: { tagStatus: 'TAGGED' }, maxResults: 2, nextToken }));
    const first = await page();
    await pushImage(ecr, repositoryName, anImage('four'), 'four');
    const second = await page(first.nextToken);
    expect([first, second].map(({ imageDetails }) => imageDetails?.map(({ imageTags }) => imageTags?.[0]))).toEqual([['one', 'two'], ['three', 'four']]);
    expect(second.nextToken).toBeUndefined();
    const untagged = await ecr.send(new DescribeImagesCommand({ repositoryName, filter: { tagStatus: 'UNTAGGED' } }));
    expect(untagged.imageDetails?.map(({ imageDigest }) => imageDigest)).toEqual([anImage('untagged').digest]);
  });

  it.each([
    ['a page of images that are named', { imageIds: [{ imageTag: 'v1' }], maxResults: 1 }],
    ['a token that it did not give', { nextToken: 'made up' }],
    ['a page without images', { maxResults: 0 }],
  ])('refuses %s', async (_, rest) => {
    await expect(ecr.send(new DescribeImagesCommand({ repositoryName, ...rest }))).rejects.toThrow(/InvalidParameter|Invalid parameter|maxResults/);
  });

  it('answers an index only to who accepts its media type', async () => {
    const [arm, attestation] = [anImage('arm'), anImage('attestation')];
    for (const image of [arm, attestation]) await pushImage(ecr, repositoryName, image);
    await put(anIndex([arm], attestation).manifest, { imageTag: 'v1' });
    const read = (acceptedMediaTypes?: string[]) => ecr.send(new BatchGetImageCommand({ repositoryName, imageIds: [{ imageTag: 'v1' }], ...(acceptedMediaTypes && { acceptedMediaTypes }) }));
    expect((await read()).failures).toMatchObject([{ failureCode: 'ImageNotFound' }]);
    expect((await read([INDEX])).images).toMatchObject([{ imageManifest: anIndex([arm], attestation).manifest, imageManifestMediaType: INDEX }]);
  });

  it('refuses by name what it does not act on', async () => {
    const filtered = ecr.send(new DescribeImagesCommand({ repositoryName, filter: { imageStatus: 'ACTIVE' } }));
    await expect(filtered).rejects.toThrow('DescribeImages: the sandbox does not know imageStatus in filter');
  });
});
