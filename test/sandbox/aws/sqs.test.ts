import { createHash } from 'node:crypto';
import { ChangeMessageVisibilityCommand, DeleteMessageCommand, GetQueueAttributesCommand, type QueueAttributeName, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createQueues, type Queues } from '../../../sandbox/aws/sqs/queues.ts';
import { ACCOUNT, startAws, type TestAws } from '../../support/aws.ts';
import { aPolicy } from './a-role.ts';

const RULE = 'arn:aws:events:eu-central-1:111122223333:rule/image-pushed';
const message = { body: '{}', attributes: { RULE_ARN: RULE } };

describe('a queue', () => {
  it('takes what its policy lets a rule send', () => {
    const queues = createQueues(ACCOUNT);
    const { arn } = queues.createQueue({ QueueName: 'lost-events' });
    queues.setPolicy(arn, aPolicy({ Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: arn, Condition: { ArnEquals: { 'aws:SourceArn': RULE } } }));
    queues.sendFromRule(arn, RULE, message);
    expect(queues.messages(arn)).toEqual([{ id: expect.any(String) as string, ...message }]);
    expect(() => queues.sendFromRule(arn, `${RULE}-other`, message)).toThrow('not authorized to perform: sqs:SendMessage');
  });

  it('takes nothing without a policy', () => {
    const queues = createQueues(ACCOUNT);
    const { arn } = queues.createQueue({ QueueName: 'lost-events' });
    expect(() => queues.sendFromRule(arn, RULE, message)).toThrow('not authorized');
  });

  it('is known by its name once only', () => {
    const queues = createQueues(ACCOUNT);
    expect(queues.createQueue({ QueueName: 'lost-events', MessageRetentionPeriod: 60, SqsManagedSseEnabled: true })).toEqual({
      name: 'lost-events',
      arn: 'arn:aws:sqs:eu-central-1:111122223333:lost-events',
      url: 'https://sqs.eu-central-1.amazonaws.com/111122223333/lost-events',
    });
    expect(() => queues.createQueue({ QueueName: 'lost-events' })).toThrow('already exists');
  });

  it('refuses by name what it does not know', () => {
    const queues = createQueues(ACCOUNT);
    expect(() => queues.createQueue({ QueueName: 'a.fifo', FifoQueue: true })).toThrow('FifoQueue');
    expect(() => queues.messages('arn:aws:sqs:eu-central-1:111122223333:missing')).toThrow('missing');
  });
});

describe('a queue over the API', () => {
  let aws: TestAws;
  let queues: Queues;
  let now: number;
  let QueueUrl: string;

  beforeEach(async () => {
    now = Date.parse('2026-01-02T03:04:05.000Z');
    queues = createQueues(ACCOUNT, { now: () => now });
    aws = await startAws(queues.service);
    const { arn, url } = queues.createQueue({ QueueName: 'lost-events' });
    QueueUrl = url;
    queues.setPolicy(arn, aPolicy({ Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: arn }));
    for (const body of ['one', 'two']) queues.sendFromRule(arn, RULE, { body, attributes: { RULE_ARN: RULE, ERROR_CODE: 'NO_PERMISSIONS' } });
  });
  afterEach(() => aws.close());

  const client = (config = aws.administrator) => new SQSClient(config);
  const receive = async (rest: object = {}) => (await client().send(new ReceiveMessageCommand({ QueueUrl, ...rest }))).Messages ?? [];
  const bodies = async (rest: object = {}) => (await receive({ MaxNumberOfMessages: 10, ...rest })).map(({ Body }) => Body);

  it('gives its messages with the attributes that are asked for', async () => {
    expect(await receive({ MessageAttributeNames: ['RULE_ARN'] })).toEqual([
      {
        MessageId: expect.any(String) as string,
        ReceiptHandle: expect.any(String) as string,
        Body: 'one',
        MD5OfBody: createHash('md5').update('one').digest('hex'),
        MessageAttributes: { RULE_ARN: { StringValue: RULE, DataType: 'String' } },
      },
    ]);
    expect((await receive())[0]).not.toHaveProperty('MessageAttributes');
  });

  it('hides what was received until its time is over, and counts it meanwhile', async () => {
    expect(await bodies({ VisibilityTimeout: 5, MaxNumberOfMessages: 1 })).toEqual(['one']);
    expect(await bodies()).toEqual(['two']);
    const AttributeNames: QueueAttributeName[] = ['ApproximateNumberOfMessagesNotVisible'];
    const counted = await client().send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    expect(counted.Attributes).toEqual({ ApproximateNumberOfMessagesNotVisible: '2' });
    now += 5_000;
    expect(await bodies()).toEqual(['one']);
    now += 25_000;
    expect(await bodies()).toEqual(['two']);
  });

  it('forgets what is deleted by its latest receipt, and only by that', async () => {
    const [first] = await receive({ VisibilityTimeout: 0 });
    const [second] = await receive({ VisibilityTimeout: 0 });
    await client().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
    expect(await bodies({ VisibilityTimeout: 0 })).toEqual(['one', 'two']);
    const [latest] = await receive({ VisibilityTimeout: 0 });
    expect(second?.MessageId).toBe(latest?.MessageId);
    for (let time = 1; time <= 2; time++) await client().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: latest?.ReceiptHandle }));
    expect(await bodies()).toEqual(['two']);
  });

  it('shows a message again at once when its receiver puts it back', async () => {
    const [message] = await receive();
    const back = () => client().send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 }));
    await back();
    expect(await bodies()).toEqual(['one', 'two']);
    await expect(back()).rejects.toThrow('not available for visibility timeout change');
  });

  it('lets a receiver wait for a message', async () => {
    await bodies();
    const waiting = bodies({ WaitTimeSeconds: 20 });
    queues.sendFromRule('arn:aws:sqs:eu-central-1:111122223333:lost-events', RULE, { body: 'three', attributes: {} });
    expect(await waiting).toEqual(['three']);
  });

  it('is for those whose policies allow it', async () => {
    const refused = client(aws.only('sqs:DeleteMessage')).send(new ReceiveMessageCommand({ QueueUrl }));
    await expect(refused).rejects.toThrow('is not authorized to perform: sqs:ReceiveMessage on resource: arn:aws:sqs:eu-central-1:111122223333:lost-events');
  });

  it('refuses a queue that does not exist, and a receipt that it never gave', async () => {
    const missing = client().send(new ReceiveMessageCommand({ QueueUrl: `${QueueUrl}-missing` }));
    await expect(missing).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    const madeUp = client().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'made up' }));
    await expect(madeUp).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  });

  it('refuses by name what it does not act on', async () => {
    await expect(receive({ ReceiveRequestAttemptId: 'x' })).rejects.toThrow('ReceiveMessage: the sandbox does not know ReceiveRequestAttemptId');
  });
});
