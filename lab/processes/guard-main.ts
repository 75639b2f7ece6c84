/** Run by startGuard: `guard-main.ts PLACE`. */
import { text } from 'node:stream/consumers';
import { removePlace } from '../place.ts';
import { RELEASE } from './guard.ts';
import { endAll } from './processes.ts';

const [place = ''] = process.argv.slice(2);
// Ends when the process that started us is gone, however it ended.
const last = await text(process.stdin).catch(() => '');
if (last !== RELEASE) {
  await endAll(place);
  await removePlace(place);
}
