import { z } from 'zod';
import { parseResourcePolicy, resourceAllows } from '../iam/policy.ts';
import { type AwsAccount, AwsError, type AwsService } from '../service.ts';
import { parseShape } from '../shape.ts';
import { queueOperations } from './operations.ts';
import { createQueue, type Queue, type QueueMessage } from './queue.ts';

/** Retention and encryption are recorded on AWS only: a sandbox's messages live as long as it does. */
const QueueProperties = z.strictObject({
  QueueName: z.string(),
  MessageRetentionPeriod: z.number().int().optional(),
  SqsManagedSseEnabled: z.boolean().optional(),
});

/** The account's queues: written to by EventBridge, read over the API. */
export type Queues = {
  readonly service: AwsService;
  /** Adds an AWS::SQS::Queue by its properties. @throws AwsError naming a property that the sandbox does not know */
  createQueue(properties: unknown): { readonly name: string; readonly arn: string; readonly url: string };
  /** Who may send to it: by default nobody. @throws AwsError for a policy that the sandbox cannot evaluate */
  setPolicy(arn: string, document: unknown): void;
  /** Sends as EventBridge does, on behalf of a rule. @throws AwsError when there is no such queue or its policy does not allow it */
  readonly sendFromRule: (arn: string, ruleArn: string, message: Omit<QueueMessage, 'id'>) => void;
  /** What waits, oldest first. */
  messages(arn: string): readonly QueueMessage[];
};

export type QueuesOptions = {
  /** What queue URLs begin with: SQS clients call the URL of a queue, whatever endpoint they are given. */
  readonly endpointUrl?: string;
  /** Epoch milliseconds. */
  readonly now?: () => number;
};

export function createQueues(account: AwsAccount, { endpointUrl = `https://sqs.${account.region}.amazonaws.com`, now = Date.now }: QueuesOptions = {}): Queues {
  const queues = new Map<string, Queue>();

  function queueOf(arn: string): Queue {
    const queue = queues.get(arn);
    if (queue === undefined) throw new AwsError('QueueDoesNotExist', `The specified queue does not exist: ${arn}`);
    return queue;
  }

  return {
    service: { scope: 'sqs', operations: queueOperations(queueOf) },
    createQueue(properties) {
      const { QueueName: name } = parseShape(QueueProperties, properties, 'AWS::SQS::Queue');
      const arn = `arn:aws:sqs:${account.region}:${account.id}:${name}`;
      if (queues.has(arn)) throw new AwsError('QueueNameExists', `A queue already exists with the name ${name}`);
      queues.set(arn, createQueue(now));
      return { name, arn, url: `${endpointUrl}/${account.id}/${name}` };
    },
    setPolicy(arn, document) {
      queueOf(arn).policy = parseResourcePolicy(document, `Policy of queue ${arn}`);
    },
    sendFromRule(arn, ruleArn, message) {
      const queue = queueOf(arn);
      const need = { action: 'sqs:SendMessage', resource: arn, context: { 'aws:SourceArn': ruleArn, 'aws:SourceAccount': account.id } };
      if (queue.policy === null || !resourceAllows(queue.policy, 'events.amazonaws.com', need)) {
        throw new AwsError('AccessDeniedException', `events.amazonaws.com is not authorized to perform: sqs:SendMessage on resource: ${arn} because no resource-based policy allows the action`, 403);
      }
      queue.send(message);
    },
    messages: (arn) => queueOf(arn).messages(),
  };
}
