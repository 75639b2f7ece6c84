import { NotFoundError } from '../../src/domain/errors.ts';
import type { ReleaseRegistry, RepositoryRef } from '../../src/ports/release-registry.ts';

/** An image as a person names it: by tag, by digest, or by both. */
type NamedImage = { readonly tag?: string | undefined; readonly digest?: string | undefined };

/**
 * Looks for the image that a person wants to deploy.
 * @throws NotFoundError where ECR has none by that name, or has it archived
 */
export async function requireImage(registry: Pick<ReleaseRegistry, 'image'>, repository: RepositoryRef, { tag, digest = '' }: NamedImage): Promise<void> {
  const [wanted, name] = tag === undefined ? [{ digest }, `@${digest}`] : [{ tag }, `:${tag}`];
  const image = await registry.image(repository, wanted);
  const fullName = `${repository.registry}/${repository.name}${name}`;
  if (image === null) throw new NotFoundError(`There is no image ${fullName} in ECR; push it or name another, nothing was started.`);
  if (image.archived) throw new NotFoundError(`Image ${fullName} is archived in ECR; restore it there or name another, nothing was started.`);
}
