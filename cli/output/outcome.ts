import type { Outcome } from '../../src/domain/deployment.ts';
import type { Color } from './terminal.ts';

/** Longest name of an outcome. */
export const OUTCOME_WIDTH = 11;

/** Green only where the release runs. */
export function colorOf(outcome: Outcome): Color {
  return outcome === 'succeeded' ? 'green' : 'red';
}
