import { readFileSync } from 'node:fs';
import { rounded } from '../statistics.ts';

/** What AWS is taken to add, in milliseconds, each with where the number is from. */
export type AwsProfile = { readonly label: string; readonly constants: Readonly<Record<ProfileConstant, { readonly ms: number; readonly each: string; readonly source: string }>> };

export type ProfileConstant = 'eventDelivery' | 'transition' | 'invocation' | 'request' | 'coldStart';

/** How often each happened, of what happened at once only what ended last. */
export type ProfileCounts = Readonly<Record<ProfileConstant, number>>;

/** The profile that lies beside this file. */
export function readAwsProfile(): AwsProfile {
  return JSON.parse(readFileSync(new URL('aws-profile.json', import.meta.url), 'utf8')) as AwsProfile;
}

/** Milliseconds that AWS adds to a deployment, by the profile. */
export function addedByAws({ constants }: AwsProfile, counts: ProfileCounts): number {
  return rounded(Object.entries(counts).reduce((sum, [name, count]) => sum + count * constants[name as ProfileConstant].ms, 0));
}
