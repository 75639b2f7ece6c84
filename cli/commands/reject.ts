import type { AnsweredPlace } from '../approval/answer-approvals.ts';
import { type AnswerOptions, answerOrList } from './answer.ts';

/** `slipway reject`: ends the release that waits without a deployment; without a place, lists what waits. */
export function reject(place: AnsweredPlace | null, options: AnswerOptions): Promise<number> {
  return answerOrList('reject', place, options);
}
