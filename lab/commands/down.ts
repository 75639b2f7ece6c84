import { forgetPlace, placeThatIsUp, removePlace } from '../place.ts';
import { endAll } from '../processes/processes.ts';

/** Ends what `lab:up` left up: the processes that it recorded, and no other. */
export async function labDown(): Promise<number> {
  const place = await placeThatIsUp();
  if (place === null) {
    console.error('No lab of this checkout is up; npm run lab:up starts one.');
    return 0;
  }
  await endAll(place);
  await removePlace(place);
  await forgetPlace();
  console.error('The lab is down.');
  return 0;
}
