import type { TargetKey } from './deployment.ts';
import type { Instant } from './instant.ts';
import type { Release } from './release.ts';
import type { Waiting } from './target-state.ts';

/** What Slipway asks of itself: never a person's word, so holds and quarantines stand. */
export type OwnRequest = TargetKey &
  Pick<Release, 'tag' | 'digest' | 'releasedAt'> & {
    /** `next`: the release waited for another deployment, or for a hold. `sweep`: no event brought it. */
    readonly trigger: 'next' | 'sweep';
  };

/** An execution to start, under a name that is the same for the same request: however many ask for it, it is started once. */
export type OwnStart = { readonly name: string; readonly request: OwnRequest };

/** The start of a release that waited. It has a name for each time that it waits, since it may have to wait again. */
export function startOfWaiting(key: TargetKey, { release, since }: Waiting): OwnStart {
  return startOf('next', key, release, since);
}

/** The start of a release that the sweep found. It has one name for good: what failed then is not begun again by every sweep. */
export function startOfSwept(key: TargetKey, release: Pick<Release, 'tag' | 'digest' | 'releasedAt'>): OwnStart {
  return startOf('sweep', key, release, release.releasedAt);
}

function startOf(trigger: OwnRequest['trigger'], key: TargetKey, { tag, digest, releasedAt }: Pick<Release, 'tag' | 'digest' | 'releasedAt'>, since: Instant): OwnStart {
  const { service, environment, target } = key;
  const where = `${service}_${environment}_${target}`;
  const name = [trigger, where.slice(0, READABLE), checksum(where), digest.slice('sha256:'.length).slice(0, 12), Date.parse(since).toString(36)].join('_');
  return { name, request: { trigger, service, environment, target, tag, digest, releasedAt } };
}

/** Names of executions have 80 characters at most; what is cut off a target's name is told apart by its checksum. */
const READABLE = 36;

/** FNV-1a with 32 bits, as eight hexadecimal digits. */
function checksum(text: string): string {
  const hash = [...text].reduce((sum, character) => Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0, 0x811c9dc5);
  return hash.toString(16).padStart(8, '0');
}
