import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { parseResourcePolicy, type ResourcePolicy, resourceAllows } from '../iam/policy.ts';
import { type AwsAccount, AwsError } from '../service.ts';
import { parseShape } from '../shape.ts';

/** Retention and encryption are recorded on AWS only: a sandbox's messages live as long as it does. */
const QueueProperties = z.strictObject({
  QueueName: z.string(),
  MessageRetentionPeriod: z.number().int().optional(),
  SqsManagedSseEnabled: z.boolean().optional(),
});

export type QueueMessage = { readonly id: string; readonly body: string; readonly attributes: Readonly<Record<string, string>> };

/** Queues that only the sandbox's own services write to; nothing in the stack reads them over the API. */
export type Queues = {
  /** Adds an AWS::SQS::Queue by its properties. @throws AwsError naming a property that the sandbox does not know */
  createQueue(properties: unknown): { readonly name: string; readonly arn: string; readonly url: string };
  /** Who may send to it: by default nobody. @throws AwsError for a policy that the sandbox cannot evaluate */
  setPolicy(arn: string, document: unknown): void;
  /** Sends as EventBridge does, on behalf of a rule. @throws AwsError when there is no such queue or its policy does not allow it */
  readonly sendFromRule: (arn: string, ruleArn: string, message: Omit<QueueMessage, 'id'>) => void;
  /** What was sent, oldest first. */
  messages(arn: string): readonly QueueMessage[];
};

type Queue = { policy: ResourcePolicy | null; readonly messages: QueueMessage[] };

export function createQueues(account: AwsAccount): Queues {
  const queues = new Map<string, Queue>();

  function queueOf(arn: string): Queue {
    const queue = queues.get(arn);
    if (queue === undefined) throw new AwsError('AWS.SimpleQueueService.NonExistentQueue', `The specified queue does not exist: ${arn}`);
    return queue;
  }

  return {
    createQueue(properties) {
      const { QueueName: name } = parseShape(QueueProperties, properties, 'AWS::SQS::Queue');
      const arn = `arn:aws:sqs:${account.region}:${account.id}:${name}`;
      if (queues.has(arn)) throw new AwsError('QueueAlreadyExists', `A queue already exists with the name ${name}`);
      queues.set(arn, { policy: null, messages: [] });
      return { name, arn, url: `https://sqs.${account.region}.amazonaws.com/${account.id}/${name}` };
    },
    setPolicy(arn, document) {
      queueOf(arn).policy = parseResourcePolicy(document, `Policy of queue ${arn}`);
    },
    sendFromRule(arn, ruleArn, message) {
      const { policy, messages } = queueOf(arn);
      const need = { action: 'sqs:SendMessage', resource: arn, context: { 'aws:SourceArn': ruleArn, 'aws:SourceAccount': account.id } };
      if (policy === null || !resourceAllows(policy, 'events.amazonaws.com', need)) {
        throw new AwsError('AccessDeniedException', `events.amazonaws.com is not authorized to perform: sqs:SendMessage on resource: ${arn} because no resource-based policy allows the action`, 403);
      }
      messages.push({ id: randomUUID(), ...message });
    },
    messages: (arn) => [...queueOf(arn).messages],
  };
}
