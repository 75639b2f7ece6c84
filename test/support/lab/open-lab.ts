import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, readLab } from '../../../lab/lab.ts';
import { placesOfLabs } from '../../../lab/labs.ts';

/** The lab of this worker: one that `npm run lab` has started for the tests, or the one that `npm run lab:up` left up. */
export async function openLab(): Promise<Lab> {
  const places = placesOfLabs();
  // Counts the workers that run at a time, from 1.
  const place = places[Number(process.env['VITEST_POOL_ID']) - 1];
  if (place === undefined) throw new Error('SLIPWAY_LAB does not name the folder of a lab for each worker: run these tests with `npm run lab`.');
  if (!existsSync(join(place, 'lab.json'))) throw new Error(`There is no lab in ${place}, which SLIPWAY_LAB names: start one with \`npm run lab:up\`.`);
  return readLab(place);
}
