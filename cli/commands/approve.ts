import type { AnsweredPlace } from '../approval/answer-approvals.ts';
import { type AnswerOptions, answerOrList } from './answer.ts';

/** `slipway approve`: lets the release that waits go on to be deployed; without a place, lists what waits. */
export function approve(place: AnsweredPlace | null, options: AnswerOptions): Promise<number> {
  return answerOrList('approve', place, options);
}
