import { delimiter } from 'node:path';

/** Names the folders of the labs that tests may use, in the environment. */
export const LABS = 'SLIPWAY_LAB';

/** Folders of the labs that are up for the tests; there is a worker for each, which has it to itself. */
export function placesOfLabs(): readonly string[] {
  return (process.env[LABS] ?? '').split(delimiter).filter((place) => place !== '');
}
