import { beforeEach, describe, expect, it } from 'vitest';
import { NotFoundError } from '../../src/domain/errors.ts';
import type { ReleaseRegistry, RepositoryRef } from '../../src/ports/release-registry.ts';
import { anImage, anIndex, type TestImage } from '../support/push-image.ts';

/** A registry with one empty repository, and ways to change it from outside. */
export type RegistryWorld = {
  /** Lists two images a page. */
  readonly registry: ReleaseRegistry;
  readonly repository: RepositoryRef;
  push(image: TestImage, tag?: string): Promise<void>;
  /** Puts one more tag on an image that is there. */
  tag(image: TestImage, tag: string): Promise<void>;
  pushIndex(images: readonly TestImage[], attestation: TestImage, tag: string): Promise<void>;
  archive(digest: string): Promise<void>;
};

export function releaseRegistryContract(name: string, open: () => Promise<RegistryWorld>): void {
  describe(`ReleaseRegistry: ${name}`, () => {
    let world: RegistryWorld;
    beforeEach(async () => {
      world = await open();
    });

    it('finds an image by tag and by digest', async () => {
      const image = anImage('one');
      await world.push(image, 'v1');
      const found = await world.registry.image(world.repository, { tag: 'v1' });
      expect(found).toMatchObject({ digest: image.digest, tags: ['v1'], archived: false });
      expect(Date.parse(found?.imagePushedAt ?? '')).not.toBeNaN();
      expect(await world.registry.image(world.repository, { digest: image.digest })).toEqual(found);
    });

    it('answers null for a tag or a digest that names no image', async () => {
      await world.push(anImage('one'), 'v1');
      expect(await world.registry.image(world.repository, { tag: 'v2' })).toBeNull();
      expect(await world.registry.image(world.repository, { digest: anImage('two').digest })).toBeNull();
    });

    it('leaves the old image untagged when its tag moves', async () => {
      await world.push(anImage('one'), 'v1');
      await world.push(anImage('two'), 'v1');
      expect((await world.registry.image(world.repository, { tag: 'v1' }))?.digest).toBe(anImage('two').digest);
      expect((await world.registry.image(world.repository, { digest: anImage('one').digest }))?.tags).toEqual([]);
    });

    it('says when an image is archived', async () => {
      await world.push(anImage('one'), 'v1');
      await world.archive(anImage('one').digest);
      expect((await world.registry.image(world.repository, { tag: 'v1' }))?.archived).toBe(true);
    });

    it('names the image and its config as digests of a single-platform image', async () => {
      const image = anImage('one');
      await world.push(image, 'v1');
      expect(await world.registry.digests(world.repository, image.digest)).toEqual([image.digest, image.config.digest]);
    });

    it('names the platform manifests and configs of an index, and none of its attestations', async () => {
      const [arm, amd, attestation] = [anImage('arm'), anImage('amd'), anImage('attestation')];
      await world.pushIndex([arm, amd], attestation, 'v1');
      const { digest } = anIndex([arm, amd], attestation);
      const digests = await world.registry.digests(world.repository, digest);
      expect(digests[0]).toBe(digest);
      expect(digests.toSorted()).toEqual([digest, arm.digest, amd.digest, arm.config.digest, amd.config.digest].toSorted());
    });

    it('refuses to name digests of an image that is gone', async () => {
      await world.push(anImage('one'), 'v1');
      const gone = anImage('two').digest;
      await expect(world.registry.digests(world.repository, gone)).rejects.toThrow(NotFoundError);
      await expect(world.registry.digests(world.repository, gone)).rejects.toThrow(gone);
    });

    it('lists the images that have tags, page after page, each once with all its tags', async () => {
      for (const name of ['one', 'two', 'three', 'four', 'five']) await world.push(anImage(name), name);
      await world.tag(anImage('five'), 'latest');
      await world.push(anImage('untagged'));
      await world.archive(anImage('two').digest);
      const pages = await all(world.registry.taggedImages(world.repository));
      expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
      const found = pages.flat().map(({ digest, tags, archived }) => ({ digest, tags: tags.toSorted(), archived }));
      const expected = ['one', 'two', 'three', 'four'].map((name) => ({ digest: anImage(name).digest, tags: [name], archived: name === 'two' }));
      expect(found).toEqual(expect.arrayContaining([...expected, { digest: anImage('five').digest, tags: ['five', 'latest'], archived: false }]));
    });

    it('lists an image that lost its tag no more, and dates it as when it is asked for by name', async () => {
      await world.push(anImage('one'), 'v1');
      await world.push(anImage('two'), 'v1');
      const [image, ...others] = (await all(world.registry.taggedImages(world.repository))).flat();
      expect([image?.digest, others]).toEqual([anImage('two').digest, []]);
      expect(image).toEqual(await world.registry.image(world.repository, { tag: 'v1' }));
    });

    it('lists nothing in a repository whose images have no tags', async () => {
      await world.push(anImage('one'));
      expect((await all(world.registry.taggedImages(world.repository))).flat()).toEqual([]);
    });

    it('names the repository that does not exist when it is to list it', async () => {
      const images = all(world.registry.taggedImages({ ...world.repository, name: 'team/missing' }));
      await expect(images).rejects.toThrow(NotFoundError);
      await expect(images).rejects.toThrow('create repository team/missing');
    });

    it('names the repository that does not exist', async () => {
      const missing = { ...world.repository, name: 'team/missing' };
      await expect(world.registry.image(missing, { tag: 'v1' })).rejects.toThrow(NotFoundError);
      await expect(world.registry.image(missing, { tag: 'v1' })).rejects.toThrow('create repository team/missing');
    });
  });
}

async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const seen: T[] = [];
  for await (const page of pages) seen.push(page);
  return seen;
}
