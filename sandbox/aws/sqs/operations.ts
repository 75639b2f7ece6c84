import { createHash } from 'node:crypto';
import { z } from 'zod';
import { operation } from '../operation.ts';
import type { AwsAccount, AwsOperation } from '../service.ts';
import type { Queue, ReceivedMessage } from './queue.ts';

const QueueUrl = { QueueUrl: z.string() };
type QueueUrl = { readonly QueueUrl: string };

/** Twelve hours, as SQS has it. */
const VisibilityTimeout = z.int().min(0).max(43_200);

/** Of the queue, where a request names none: what the stack leaves at AWS's default. */
const DEFAULT_VISIBILITY_TIMEOUT = 30;

const ReceiveMessageInput = z.strictObject({
  ...QueueUrl,
  MaxNumberOfMessages: z.int().min(1).max(10).default(1),
  VisibilityTimeout: VisibilityTimeout.default(DEFAULT_VISIBILITY_TIMEOUT),
  WaitTimeSeconds: z.int().min(0).max(20).default(0),
  MessageAttributeNames: z.array(z.string()).default([]),
});
type ReceiveMessageInput = z.output<typeof ReceiveMessageInput>;

const QueueAttributes = z.tuple([z.literal('ApproximateNumberOfMessagesNotVisible')]);

/** What the API offers of a queue. EventBridge sends past it. */
export function queueOperations(queueOf: (arn: string) => Queue): Readonly<Record<string, AwsOperation>> {
  function onQueue<Input extends QueueUrl>(name: string, schema: z.ZodType<Input>, run: (queue: Queue, input: Input) => object | Promise<object>): AwsOperation {
    return operation(name, schema, ({ QueueUrl: url }, account) => [{ action: `sqs:${name}`, resource: arnOf(url, account) }], (input, { account }) => run(queueOf(arnOf(input.QueueUrl, account)), input));
  }

  return {
    ReceiveMessage: onQueue('ReceiveMessage', ReceiveMessageInput, async (queue, input) => {
      const { MaxNumberOfMessages: limit, VisibilityTimeout: timeout, WaitTimeSeconds: wait } = input;
      const received = await queue.receive({ limit, visibilityTimeout: timeout * 1000, wait: wait * 1000 });
      return received.length === 0 ? {} : { Messages: received.map((message) => messageAnswer(message, input)) };
    }),
    DeleteMessage: onQueue('DeleteMessage', z.strictObject({ ...QueueUrl, ReceiptHandle: z.string() }), (queue, { ReceiptHandle }) => {
      queue.delete(ReceiptHandle);
      return {};
    }),
    ChangeMessageVisibility: onQueue('ChangeMessageVisibility', z.strictObject({ ...QueueUrl, ReceiptHandle: z.string(), VisibilityTimeout }), (queue, input) => {
      queue.hide(input.ReceiptHandle, input.VisibilityTimeout * 1000);
      return {};
    }),
    GetQueueAttributes: onQueue('GetQueueAttributes', z.strictObject({ ...QueueUrl, AttributeNames: QueueAttributes }), (queue) => ({ Attributes: { ApproximateNumberOfMessagesNotVisible: String(queue.hidden()) } })),
  };
}

/** A queue is named by the path of its URL: account and name. */
function arnOf(url: string, { region }: AwsAccount): string {
  const [name = '', account = ''] = url.split('/').toReversed();
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

function messageAnswer({ id, receiptHandle, body, attributes }: ReceivedMessage, input: ReceiveMessageInput): object {
  const asked = (name: string): boolean => input.MessageAttributeNames.some((pattern) => pattern === 'All' || pattern === name);
  const named = Object.entries(attributes).filter(([name]) => asked(name));
  return {
    MessageId: id,
    ReceiptHandle: receiptHandle,
    Body: body,
    MD5OfBody: createHash('md5').update(body).digest('hex'),
    ...(named.length > 0 && { MessageAttributes: Object.fromEntries(named.map(([name, StringValue]) => [name, { StringValue, DataType: 'String' }])) }),
  };
}
