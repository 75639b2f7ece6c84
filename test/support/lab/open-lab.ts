import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Lab, readLab } from '../../../lab/lab.ts';

/** The lab that `npm run lab` has started for the tests, or that `npm run lab:up` left up. */
export async function openLab(): Promise<Lab> {
  const place = process.env['SLIPWAY_LAB'];
  if (place === undefined || place === '') throw new Error('SLIPWAY_LAB does not name the folder of a lab: run these tests with `npm run lab`.');
  if (!existsSync(join(place, 'lab.json'))) throw new Error(`There is no lab in ${place}, which SLIPWAY_LAB names: start one with \`npm run lab:up\`.`);
  return readLab(place);
}
