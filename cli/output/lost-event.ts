import type { LostEvent } from '../events/lost-event.ts';
import type { RedrivenEvent } from '../events/redrive-events.ts';

/** Events that wait in the dead-letter queue of a stage: release, when, and why it started nothing. */
export function describeLostEvents(events: readonly LostEvent[], takenByOthers: number, stage: string): string {
  const others = takenByOthers === 0 ? [] : [`Somebody else has ${takenByOthers} more in hand; what is not redriven is here again within two minutes.`];
  if (events.length === 0) return ['No event waits in the dead-letter queue.', ...others].join('\n');
  return [...events.map(describeLostEvent), ...others, `Mend the reason, then start them: slipway events redrive --stage ${stage}`].join('\n\n');
}

function describeLostEvent({ id, release, at, rule, reason }: LostEvent): string {
  return [
    release ?? 'an event of which the release can not be read',
    `  at      ${at ?? 'unknown'}`,
    `  reason  ${reason}`,
    `  rule    ${rule ?? 'unknown'}`,
    `  event   ${id ?? 'unknown'}`,
  ].join('\n');
}

/** As JSON, without what is the queue's. */
export function lostEventJson({ id, release, at, rule, reason }: LostEvent): object {
  return { id, release, at, rule, reason };
}

/** What became of one event. */
export function redrivenLine({ id, release, status, execution }: RedrivenEvent): string {
  const what = release ?? id ?? 'a message';
  switch (status) {
    case 'started':
      return `${what}  started ${execution}`;
    case 'known':
      return `${what}  was started before, as ${execution}`;
    case 'unreadable':
      return `${what}  holds no event; it stays in the queue: read it there, and delete it`;
  }
}
