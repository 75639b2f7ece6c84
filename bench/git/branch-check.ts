import type { CommitWorld } from './commit-world.ts';

/** The tag that the branch names for each service. */
export async function tagsOnBranch({ repository, fileOf }: CommitWorld, services: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const files = await repository.readFiles('refs/heads/main', services.map(fileOf));
  return new Map(services.map((service) => [service, /^ {2}tag: "(.+?)"/m.exec(files[fileOf(service)] ?? '')?.[1] ?? '']));
}

/** Releases that the branch has more than one commit of. */
export async function committedTwice({ repository }: CommitWorld): Promise<number> {
  const log = await repository.log();
  const releases = log.flatMap(({ message }) => message.split('\n').filter((line) => line.startsWith('Slipway-Release: ')));
  return releases.length - new Set(releases).size;
}
