import { dropPointer, markEnding, placeThatIsUp, POINTER, removePlace } from '../place.ts';
import { endAll } from '../processes/processes.ts';

/** Ends what `lab:up` left up: the processes that it recorded, and no other. `pointer` is where the checkout remembers its lab. */
export async function labDown(pointer = POINTER): Promise<number> {
  const place = await placeThatIsUp(pointer);
  if (place === null) {
    console.error('No lab of this checkout is up; npm run lab:up starts one.');
    return 0;
  }
  await markEnding(place);
  await endAll(place);
  await removePlace(place);
  await dropPointer(place, pointer);
  console.error('The lab is down.');
  return 0;
}
