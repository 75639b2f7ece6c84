import { describe, expect, it } from 'vitest';
import { DEFINITION, DEFINITION_TEXT, statesOf } from '../statemachine/definition.ts';
import { onlyResource, readTemplate, resourcesOf, type Template } from './packaged-template.ts';
import { danglingReferences } from './references.ts';
import { loadSpecification, violations } from './specification.ts';

const template = readTemplate();
const spec = await loadSpecification();
const functions = resourcesOf(template, 'AWS::Lambda::Function');
const [, { StateMachineName: MACHINE }] = onlyResource(template, 'AWS::StepFunctions::StateMachine');
const [, { TableName: STACK }] = onlyResource(template, 'AWS::DynamoDB::Table');

/** A template of one queue with a rule in front of it, with other properties than a good one. */
function aTemplate({ queue = {}, target = {} }: { queue?: object; target?: object } = {}): Template {
  return {
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'lost', SqsManagedSseEnabled: true, ...queue } },
      Rule: { Type: 'AWS::Events::Rule', Properties: { State: 'ENABLED', Targets: [{ Id: 'queue', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] }, ...target }] } },
    },
  };
}

describe('the resource specification', () => {
  it('knows every type and property of the packaged template, and misses none that it requires', () => {
    expect(Object.keys(template.Resources).length).toBeGreaterThan(30);
    expect(violations(spec, template)).toEqual([]);
  });

  it('leaves no reference of the packaged template without its end', () => {
    expect(danglingReferences(spec, template)).toEqual([]);
  });

  it('accepts a template that is right', () => {
    expect([...violations(spec, aTemplate()), ...danglingReferences(spec, aTemplate())]).toEqual([]);
  });

  it.each<[string, Template, string]>([
    ['a property that does not exist', aTemplate({ queue: { Encrypted: true } }), 'Queue: there is no property Encrypted'],
    ['a nested property that does not exist', aTemplate({ target: { RetryPolicy: { MaximumAge: 60 } } }), 'Rule.Targets.0.RetryPolicy: there is no property MaximumAge'],
    ['a missing property', { Resources: { Rule: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Arn: 'arn:aws:sqs:::lost' }] } } } }, 'Rule.Targets.0: Id is required'],
    ['a value of the wrong type', aTemplate({ queue: { SqsManagedSseEnabled: 'on' } }), 'Queue.SqsManagedSseEnabled is no boolean'],
    ['a wrong value behind a condition', aTemplate({ queue: { QueueName: { 'Fn::If': ['InVpc', 7, { Ref: 'AWS::NoValue' }] } } }), 'Queue.QueueName is no string'],
    ['a type that does not exist', { Resources: { Queue: { Type: 'AWS::SQS::Que' } } }, 'Queue: there is no resource type AWS::SQS::Que'],
    ['an attribute that a resource cannot have', { Resources: { Queue: { Type: 'AWS::SQS::Queue', DeletePolicy: 'Retain' } } }, 'Queue: a resource has no DeletePolicy'],
  ])('refuses %s', (_, bad, message) => {
    expect(violations(spec, bad)).toEqual([message]);
  });

  it('refuses a value outside of those that are allowed', () => {
    const bad: Template = { Resources: { Rule: { Type: 'AWS::Events::Rule', Properties: { State: 'ON' } } } };
    expect(violations(spec, bad)).toEqual([expect.stringMatching(/^Rule.State is ON, not one of DISABLED, ENABLED/)]);
  });

  it.each<[string, object, string]>([
    ['a Ref to nothing', { Ref: 'Que' }, 'there is no resource or parameter Que'],
    ['an attribute that does not exist', { 'Fn::GetAtt': ['Queue', 'Url'] }, 'Queue (AWS::SQS::Queue) has no attribute Url'],
    ['a placeholder of nothing', { 'Fn::Sub': 'arn:${AWS::Partition}:sqs:::${Name}' }, 'there is no resource or parameter Name'],
    ['an unknown condition', { 'Fn::If': ['InVpc', 1, 2] }, 'there is no condition ["InVpc",1,2]'],
  ])('refuses %s', (_, reference, message) => {
    expect(danglingReferences(spec, aTemplate({ target: { Input: reference } }))).toEqual([message]);
  });
});

/** Whether the role of a function allows an action. */
function rolesAllow(functionName: string, action: string): boolean {
  return JSON.stringify(template.Resources[functionName.replace('LambdaFunction', 'Role')]?.Properties ?? {}).includes(`"${action}"`);
}

describe('the functions', () => {
  it('are one for each Task of the state machine, and one each for answers, pull requests and the sweep, on Node 24 and arm64', () => {
    const tasks = statesOf(DEFINITION).filter(({ state }) => state.Type === 'Task').map(({ name }) => `${name}LambdaFunction`);
    expect(functions.map(([name]) => name).sort()).toEqual([...tasks, 'AnswerApprovalLambdaFunction', 'ResumePullRequestsLambdaFunction', 'SweepReleasesLambdaFunction'].sort());
    for (const [, properties] of functions) expect(properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
  });

  it('have each its own time limit', () => {
    expect(Object.fromEntries(functions.map(([name, { Timeout }]) => [name.replace('LambdaFunction', ''), Timeout]))).toEqual({
      ResolveRelease: 30,
      AwaitApproval: 30,
      ClaimTarget: 30,
      CheckAccess: 60,
      CommitRelease: 120,
      AwaitMerge: 60,
      SyncApplication: 280,
      CheckRollout: 280,
      VerifyRelease: 280,
      RollBack: 120,
      ConcludeDeployment: 30,
      ConcludeRelease: 30,
      AnswerApproval: 30,
      ResumePullRequests: 120,
      SweepReleases: 280,
    });
  });

  it('have no versions: the definition invokes what was deployed last, also in a redrive', () => {
    expect(resourcesOf(template, 'AWS::Lambda::Version')).toEqual([]);
  });

  it('get the name of the table and nothing secret in their environment; those that start executions, the state machine by its name; that which takes webhooks, the name of their secret', () => {
    const starting = functions.filter(([name]) => rolesAllow(name, 'states:StartExecution')).map(([name]) => name);
    expect(starting.sort()).toEqual(['ConcludeDeploymentLambdaFunction', 'SweepReleasesLambdaFunction']);
    const STATE_MACHINE_ARN = { 'Fn::Sub': `arn:\${AWS::Partition}:states:\${AWS::Region}:\${AWS::AccountId}:stateMachine:${String(MACHINE)}` };
    for (const [name, { Environment }] of functions) {
      const own = { ...(starting.includes(name) && { STATE_MACHINE_ARN }), ...(name === 'ResumePullRequestsLambdaFunction' && { WEBHOOK_SECRET: { Ref: 'WebhookSecret' } }) };
      expect(Environment).toEqual({ Variables: { TABLE_NAME: STACK, POWERTOOLS_SERVICE_NAME: 'slipway', ...own } });
    }
  });

  it('join the subnets of the parameters where they reach Argo CD, Git, a cluster or a smoke check, and only if there are any', () => {
    const inVpc = functions.filter(([, { VpcConfig }]) => VpcConfig !== undefined);
    expect(inVpc.map(([name]) => name.replace('LambdaFunction', ''))).toEqual(['CheckAccess', 'CommitRelease', 'AwaitMerge', 'SyncApplication', 'CheckRollout', 'VerifyRelease', 'RollBack', 'ResumePullRequests']);
    for (const [, { VpcConfig }] of inVpc) expect(VpcConfig).toMatchObject({ 'Fn::If': ['InVpc', { SubnetIds: { Ref: 'SubnetIds' } }, { Ref: 'AWS::NoValue' }] });
  });
});

describe('the state machine', () => {
  const [, machine] = onlyResource(template, 'AWS::StepFunctions::StateMachine');

  it('is the file, unchanged by the packaging, so that what was tested is what runs', () => {
    expect(machine['Definition']).toEqual(DEFINITION);
    expect(machine['StateMachineType']).toBe('STANDARD');
  });

  it('gets the function of the same name for each placeholder', () => {
    const placeholders = new Set([...DEFINITION_TEXT.matchAll(/\$\{(\w+)Arn\}/g)].map(([, name]) => name ?? ''));
    const functionsOf = [...placeholders].map((name) => [`${name}Arn`, { 'Fn::GetAtt': [`${name}LambdaFunction`, 'Arn'] }]);
    expect(machine['DefinitionSubstitutions']).toEqual(Object.fromEntries(functionsOf));
  });
});

describe('names', () => {
  const NAME_PROPERTIES = ['FunctionName', 'RoleName', 'TableName', 'QueueName', 'StateMachineName', 'AlarmName'];

  it('begin with slipway and the stage', () => {
    expect(STACK).toMatch(/^slipway-[a-z0-9-]+$/);
    const names = Object.values(template.Resources).flatMap(({ Type, Properties }) => [
      // A permission names the function that it is for.
      ...(Type === 'AWS::Lambda::Permission' ? [] : NAME_PROPERTIES.flatMap((property) => Properties?.[property] ?? [])),
      ...(Type === 'AWS::Events::Rule' ? [Properties?.['Name']] : []),
      ...(Type === 'AWS::Logs::LogGroup' ? [String(Properties?.['LogGroupName']).replace('/aws/lambda/', '')] : []),
    ]);
    const rules = resourcesOf(template, 'AWS::Events::Rule').length;
    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').length;
    // Two more roles, of the state machine and of the rules; and the table, the queue and the state machine themselves.
    expect(names.length).toBe(functions.length * 2 + new Set(functions.map(([, { Role }]) => JSON.stringify(Role))).size + 2 + 3 + rules + alarms);
    expect(names.filter((name) => typeof name !== 'string' || !`${name}-`.startsWith(`${String(STACK)}-`))).toEqual([]);
  });
});

describe('the table', () => {
  it('is kept with its history when the stack goes, and can be restored to any second', () => {
    const [name, table] = onlyResource(template, 'AWS::DynamoDB::Table');
    expect(template.Resources[name]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(table).toMatchObject({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }, TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true } });
  });
});
