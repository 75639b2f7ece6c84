import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { targetName } from '../../domain/deployment.ts';
import { UnavailableError } from '../../domain/errors.ts';
import type { Events } from '../../ports/events.ts';
import { callAws } from '../aws/errors.ts';

const EVENT_SOURCE = 'slipway';
export const CONCLUDED = 'Slipway Deployment Concluded';

/** The account's default event bus. */
export function createEvents({ client = new EventBridgeClient({}) }: { readonly client?: EventBridgeClient } = {}): Events {
  return {
    async concluded(event) {
      const entry = {
        Source: EVENT_SOURCE,
        DetailType: CONCLUDED,
        Detail: JSON.stringify(event),
        Time: new Date(event.concludedAt),
        Resources: [event.execution],
      };
      const doing = `publish the conclusion of ${targetName(event)}`;
      const { FailedEntryCount, Entries } = await callAws({ doing, needs: 'events:PutEvents' }, () => client.send(new PutEventsCommand({ Entries: [entry] })));
      if (FailedEntryCount === 0) return;
      const failed = Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
      throw new UnavailableError(`Cannot ${doing}: ${failed?.ErrorCode ?? 'no reason given'}: ${failed?.ErrorMessage ?? 'the bus did not take the event'}; try again.`);
    },
  };
}
