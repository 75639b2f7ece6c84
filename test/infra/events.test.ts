import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../sandbox/aws/eventbridge/pattern.ts';
import { evaluate } from '../../sandbox/cloudformation/evaluate.ts';
import { createEvents } from '../../src/adapters/eventbridge/events.ts';
import type { Outcome } from '../../src/domain/deployment.ts';
import { aRelease } from '../support/release.ts';
import { onlyResource, readTemplate, resourcesOf } from './packaged-template.ts';

const template = readTemplate();
const rules = resourcesOf(template, 'AWS::Events::Rule');
const [, { StateMachineName: MACHINE }] = onlyResource(template, 'AWS::StepFunctions::StateMachine');
const [queueName, queue] = onlyResource(template, 'AWS::SQS::Queue');

type Target = { readonly Arn: unknown; readonly RetryPolicy: { readonly MaximumEventAgeInSeconds: number }; readonly DeadLetterConfig?: object };

const targetsOf = (rule: Readonly<Record<string, unknown>>) => rule['Targets'] as Target[];
/** The rules whose events start executions. */
const starting = rules.filter(([name, rule]) => rule['EventPattern'] !== undefined && name !== 'PullRequestChanged');

/** The pattern of a rule as it is deployed, with repositories that begin with `team/`. */
function patternOf(name: string): (event: unknown) => boolean {
  const scope = { account: { id: '111122223333', region: 'eu-central-1' }, parameters: { RepositoryPrefix: 'team/' }, conditions: {}, resource: () => undefined };
  return compilePattern(evaluate(template.Resources[name]?.Properties?.['EventPattern'], scope, name));
}

describe('what starts the state machine', () => {
  it('is a push, a replication, and a deployment that succeeded', () => {
    expect(starting.map(([name]) => name)).toEqual(['ImagePushed', 'ImageReplicated', 'DeploymentSucceeded']);
    for (const [, rule] of starting) expect(targetsOf(rule)).toMatchObject([{ Arn: { Ref: 'StateMachine' }, RoleArn: { 'Fn::GetAtt': ['RuleRole', 'Arn'] } }]);
  });

  it.each(starting)('%s is tried for at most an hour, and then ends in the dead-letter queue', (_, rule) => {
    const [target] = targetsOf(rule);
    expect(target?.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThanOrEqual(3600);
    expect(target?.DeadLetterConfig).toEqual({ Arn: { 'Fn::GetAtt': [queueName, 'Arn'] } });
  });

  it('may end there for these rules and no other sender', () => {
    const [, policy] = onlyResource(template, 'AWS::SQS::QueuePolicy');
    expect(policy['Queues']).toEqual([{ Ref: queueName }]);
    expect(policy['PolicyDocument']).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: { 'Fn::GetAtt': [queueName, 'Arn'] },
          Condition: { ArnEquals: { 'aws:SourceArn': starting.map(([name]) => ({ 'Fn::GetAtt': [name, 'Arn'] })) } },
        },
      ],
    });
  });

  it('raises an alarm at the first event that is lost; the queue is encrypted and keeps it for 14 days', () => {
    expect(template.Resources['LostEventsAlarm']?.Properties).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queueName, 'QueueName'] } }],
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 0,
    });
    expect(queue).toMatchObject({ SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 });
  });
});

describe('an event of ECR', () => {
  const push = { 'action-type': 'PUSH', result: 'SUCCESS', 'repository-name': 'team/app', 'image-digest': 'sha256:a', 'image-tag': '1.1.0' };
  const replication = { ...push, 'action-type': 'REPLICATE', 'source-account': '444455556666', 'source-region': 'us-east-1' };
  const anEvent = (detailType: string, detail: object) => ({ source: 'aws.ecr', 'detail-type': detailType, detail });

  it.each<[string, string, object, string[]]>([
    ['a push', 'ECR Image Action', push, ['ImagePushed']],
    ['a replication', 'ECR Replication Action', replication, ['ImageReplicated']],
    ['a push without a tag', 'ECR Image Action', { ...push, 'image-tag': '' }, []],
    ['a replication without a tag', 'ECR Replication Action', { ...replication, 'image-tag': '' }, []],
    ['a replication that failed', 'ECR Replication Action', { ...replication, result: 'FAILED' }, []],
    ['a deletion', 'ECR Image Action', { ...push, 'action-type': 'DELETE' }, []],
    ['a push outside of the prefix', 'ECR Image Action', { ...push, 'repository-name': 'other/app' }, []],
    ['a replication outside of the prefix', 'ECR Replication Action', { ...replication, 'repository-name': 'other/app' }, []],
  ])('that is %s starts what it should', (_, detailType, detail, names) => {
    expect(starting.map(([name]) => name).filter((name) => patternOf(name)(anEvent(detailType, detail)))).toEqual(names);
  });
});

describe('the conclusion of a deployment', () => {
  const execution = (machine: string) => `arn:aws:states:eu-central-1:111122223333:execution:${machine}:one`;

  /** The event as the adapter publishes it and the bus delivers it. */
  async function concluded(outcome: Outcome, machine: string, promotes = true): Promise<object> {
    const sent: PutEventsCommand[] = [];
    const client = new EventBridgeClient({ region: 'eu-central-1' });
    client.middlewareStack.add(() => async ({ input }) => {
      sent.push(new PutEventsCommand(input as PutEventsCommand['input']));
      return { output: { FailedEntryCount: 0, Entries: [], $metadata: {} }, response: {} };
    }, { step: 'initialize' });
    const key = { service: 'inference-service', environment: 'dev', target: 'eu' };
    await createEvents({ client }).concluded({ ...key, release: aRelease(), outcome, cause: null, timings: { total: 1, overhead: 1 }, execution: execution(machine), concludedAt: '2026-01-01T00:00:00.000Z', promotes });
    const [entry] = sent[0]?.input.Entries ?? [];
    return { source: entry?.Source, 'detail-type': entry?.DetailType, detail: JSON.parse(entry?.Detail ?? '{}') as unknown };
  }

  it('starts nothing where nothing comes after', async () => {
    expect(patternOf('DeploymentSucceeded')(await concluded('succeeded', String(MACHINE), false))).toBe(false);
  });

  it('starts the promotion when it succeeded', async () => {
    expect(patternOf('DeploymentSucceeded')(await concluded('succeeded', String(MACHINE)))).toBe(true);
  });

  it.each<Outcome>(['failed', 'errored', 'rolled-back', 'superseded', 'rejected'])('starts nothing when it is %s', async (outcome) => {
    expect(patternOf('DeploymentSucceeded')(await concluded(outcome, String(MACHINE)))).toBe(false);
  });

  it('starts nothing in the stack of another stage, which shares the bus', async () => {
    expect(patternOf('DeploymentSucceeded')(await concluded('succeeded', 'slipway-other-deploy'))).toBe(false);
  });
});

describe('the sweep', () => {
  it('comes due every half hour, and is given up before the next one', () => {
    const scheduled = rules.filter(([, { ScheduleExpression }]) => ScheduleExpression !== undefined);
    expect(scheduled.map(([name]) => name).sort()).toEqual(['PullRequestsDue', 'SweepDue']);
    const rule = scheduled.find(([name]) => name === 'SweepDue');
    expect(rule?.[1]).toMatchObject({ ScheduleExpression: 'rate(30 minutes)', State: 'ENABLED', Targets: [{ Arn: { 'Fn::GetAtt': ['SweepReleasesLambdaFunction', 'Arn'] } }] });
    expect(targetsOf(rule?.[1] ?? {})[0]?.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThan(1800);
  });

  it('is called by its rule and by no other', () => {
    const permissions = resourcesOf(template, 'AWS::Lambda::Permission').map(([, one]) => one).filter(({ FunctionName }) => JSON.stringify(FunctionName).includes('SweepReleases'));
    expect(permissions).toEqual([{
      FunctionName: { 'Fn::GetAtt': ['SweepReleasesLambdaFunction', 'Arn'] },
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: { 'Fn::GetAtt': ['SweepDue', 'Arn'] },
    }]);
  });

  it('raises an alarm when it fails, since nobody waits for it', () => {
    expect(template.Resources['SweepAlarm']?.Properties).toMatchObject({ Namespace: 'AWS/Lambda', MetricName: 'Errors', Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'SweepReleasesLambdaFunction' } }], Threshold: 0 });
  });
});

describe('the URL for answers to approvals', () => {
  it('is open to nobody but those whom IAM lets, and is told in the outputs', () => {
    expect(template.Resources['ApprovalUrl']?.Properties).toEqual({ TargetFunctionArn: { 'Fn::GetAtt': ['AnswerApprovalLambdaFunction', 'Arn'] }, AuthType: 'AWS_IAM' });
    expect(template.Outputs?.['ApprovalUrl']).toMatchObject({ Value: { 'Fn::GetAtt': ['ApprovalUrl', 'FunctionUrl'] } });
    expect(template.Outputs?.['LostEventsUrl']).toMatchObject({ Value: { Ref: queueName } });
  });
});

describe('what tells of pull requests', () => {
  it('is a URL that is public, and there only where the stack has a secret for webhooks', () => {
    const open = Object.entries(template.Resources).filter(([, { Properties }]) => Properties?.['AuthType'] === 'NONE' || Properties?.['Principal'] === '*');
    expect(open.map(([name]) => name).sort()).toEqual(['WebhookPermission', 'WebhookUrl', 'WebhookUrlPermission']);
    for (const [, resource] of open) expect(resource['Condition']).toBe('TakesWebhooks');
    expect(template.Conditions).toMatchObject({ TakesWebhooks: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'WebhookSecret' }, ''] }] } });
    expect(template.Parameters?.['WebhookSecret']).toMatchObject({ Default: '' });
    expect(template.Outputs?.['WebhookUrl']).toMatchObject({ Condition: 'TakesWebhooks' });
  });

  it('is a schedule as well, should a webhook be lost', () => {
    const rule = template.Resources['PullRequestsDue']?.Properties ?? {};
    expect(rule).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED', Targets: [{ Arn: { 'Fn::GetAtt': ['ResumePullRequestsLambdaFunction', 'Arn'] } }] });
    expect(targetsOf(rule)[0]?.RetryPolicy.MaximumEventAgeInSeconds).toBeLessThan(300);
    expect(template.Resources['PullRequestsAlarm']?.Properties).toMatchObject({ MetricName: 'Errors', Dimensions: [{ Value: { Ref: 'ResumePullRequestsLambdaFunction' } }], Threshold: 0 });
  });

  it.each([
    ['pullRequestMergeStatusUpdated', true],
    ['pullRequestStatusChanged', true],
    ['pullRequestCreated', false],
  ])('is, for CodeCommit, the event %s: %s', (event, isHeard) => {
    const told = { source: 'aws.codecommit', 'detail-type': 'CodeCommit Pull Request State Change', detail: { event, pullRequestId: '1' } };
    expect(patternOf('PullRequestChanged')(told)).toBe(isHeard);
    expect(template.Resources['PullRequestChanged']?.['Condition']).toBe('UsesCodeCommit');
  });
});
