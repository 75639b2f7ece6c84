import type { Claimant } from '../domain/claim.ts';
import type { TargetStepInput } from './wire.ts';

/** Who asks for the target; a redrive is the last word of a person, whoever asked first. */
export function claimantOf({ execution, redrives, redrivenAt, deployment: { release, request } }: TargetStepInput): Claimant {
  return { execution, redrives, release, request, person: redrivenAt ?? request?.at ?? null };
}
