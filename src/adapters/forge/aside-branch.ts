import { createHash } from 'node:crypto';

/**
 * A branch of its own for a commit that goes to `branch`, on hosts that make none without one. The same try, made again on whatever head,
 * has the same name: it takes over what an earlier one left behind, and removes it.
 *
 * @param message with the trailers that tell the commit from every other
 */
export function asideFor(branch: string, message: string): string {
  return `slipway/${createHash('sha256').update(JSON.stringify([branch, message])).digest('hex').slice(0, 16)}`;
}
