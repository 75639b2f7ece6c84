import { ChangeMessageVisibilityCommand, DeleteMessageCommand, GetQueueAttributesCommand, type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { callAws } from '../../src/adapters/aws/errors.ts';
import { type LostEvent, readLostEvent } from './lost-event.ts';

/** An event as it was taken out of the queue: nobody else sees it until it is put back. */
export type TakenEvent = LostEvent & { readonly receiptHandle: string };

/** The stack's queue of events that could not start an execution. */
export type DeadLetterQueue = {
  /** Everything that waits, as it comes. Nobody else is given it for two minutes, unless it is put back. */
  take(): AsyncIterable<TakenEvent>;
  putBack(event: TakenEvent): Promise<void>;
  delete(event: TakenEvent): Promise<void>;
  /** How many somebody else has taken and not put back. */
  takenByOthers(): Promise<number>;
};

/** Longer than it takes to start an execution for each of a batch. */
const HIDDEN_FOR_SECONDS = 120;

/** SQS asks all of its servers only where the caller waits: an empty answer then says that nothing is there. */
const WAIT_SECONDS = 1;

export function openDeadLetterQueue(QueueUrl: string, client = new SQSClient({})): DeadLetterQueue {
  const name = QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1);

  function call<Answer>(verb: string, operation: string, send: () => Promise<Answer>): Promise<Answer> {
    return callAws({ doing: `${verb} queue ${name}`, needs: `sqs:${operation}`, ifMissing: 'deploy the stack again' }, send);
  }

  async function receive(): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: HIDDEN_FOR_SECONDS, WaitTimeSeconds: WAIT_SECONDS, MessageAttributeNames: ['All'] });
    return (await call('read', 'ReceiveMessage', () => client.send(command))).Messages ?? [];
  }

  return {
    async *take() {
      const seen = new Set<string | undefined>();
      for (;;) {
        // One that comes again was hidden long enough: whoever takes so long has seen them all.
        const messages = (await receive()).filter(({ MessageId }) => !seen.has(MessageId));
        if (messages.length === 0) return;
        for (const message of messages) {
          seen.add(message.MessageId);
          yield { ...readLostEvent(message), receiptHandle: message.ReceiptHandle ?? '' };
        }
      }
    },
    async putBack({ receiptHandle: ReceiptHandle }) {
      const command = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
      await call('put an event back into', 'ChangeMessageVisibility', () => client.send(command));
    },
    async delete({ receiptHandle: ReceiptHandle }) {
      await call('delete an event from', 'DeleteMessage', () => client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })));
    },
    async takenByOthers() {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessagesNotVisible'] });
      const { Attributes } = await call('look at', 'GetQueueAttributes', () => client.send(command));
      return Number(Attributes?.ApproximateNumberOfMessagesNotVisible ?? 0);
    },
  };
}
