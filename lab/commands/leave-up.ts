import { claimPointer, dropPointer, isEnding, makePlace, POINTER, removeAllButLogs } from '../place.ts';
import { startGuard } from '../processes/guard.ts';
import { endAll } from '../processes/processes.ts';

export type LeaveUpOptions = {
  /** Starts the parts of a lab in a new folder; answers how the ordinary tools reach them. */
  readonly start: (place: string) => Promise<string>;
  /** File in which the checkout remembers its lab. */
  readonly pointer?: string;
};

/**
 * Starts a lab and leaves it up when this process ends. Where it can't start, everything that was started is ended, and the logs stay.
 * @throws Error in one sentence: this checkout's lab is up, what did not start, or that the lab was ended meanwhile
 */
export async function leaveUp({ start, pointer = POINTER }: LeaveUpOptions): Promise<number> {
  const place = await makePlace();
  const guard = startGuard(place);
  try {
    await claimPointer(place, pointer);
    console.log(await start(place));
  } catch (error) {
    // Who ends it removes it; the guard, what was started since.
    if (isEnding(place)) throw new Error('The lab was ended by npm run lab:down while it started.', { cause: error });
    await endAll(place);
    await removeAllButLogs(place);
    await dropPointer(place, pointer);
    guard.release();
    throw error;
  }
  guard.release();
  return 0;
}
