import { describe, expect, it } from 'vitest';
import { createQueues } from '../../../sandbox/aws/sqs/queues.ts';
import { ACCOUNT } from '../../support/aws.ts';
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
