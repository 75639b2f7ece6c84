import { describe, expect, it } from 'vitest';
import { aPolicy, aRole } from '../aws/a-role.ts';
import { deploy, resources } from './a-stack.ts';

const role = { RoleName: 'fn', AssumeRolePolicyDocument: aRole().trust, Policies: [{ PolicyName: 'p', PolicyDocument: aPolicy() }] };
const fn = {
  FunctionName: 'fn',
  Code: { S3Bucket: 'b', S3Key: 'serverless/x/fn.zip' },
  Handler: 'functions/fn/handler.handler',
  Runtime: 'nodejs24.x',
  Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
  Environment: { Variables: { PREFIX: { Ref: 'Prefix' } } },
  Timeout: 30,
  MemorySize: 512,
};
const machine = {
  StateMachineName: 'deploy',
  StateMachineType: 'STANDARD',
  RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
  Definition: { StartAt: 'Go', States: { Go: { Arguments: { FunctionName: '${FnArn}' } } } },
  DefinitionSubstitutions: { FnArn: { 'Fn::GetAtt': ['Fn', 'Arn'] } },
};
const parameters = { Parameters: { Prefix: { Type: 'String', Default: 'slipway/' } } };
const fnArn = 'arn:aws:lambda:eu-central-1:111122223333:function:fn';

describe('deployStack', () => {
  it('creates each resource after those that it refers to, with what they became', async () => {
    const template = { ...parameters, ...resources({ Machine: ['AWS::StepFunctions::StateMachine', machine], Fn: ['AWS::Lambda::Function', fn], Role: ['AWS::IAM::Role', role] }) };
    const { created, stack } = await deploy(template);
    expect(created.map(([method]) => method)).toEqual(['createRole', 'createFunction', 'createStateMachine']);
    expect(created[1]?.[1]).toEqual({
      name: 'fn',
      roleArn: 'arn:aws:iam::111122223333:role/fn',
      zip: Buffer.from('serverless/x/fn.zip'),
      handler: 'functions/fn/handler.handler',
      environment: { PREFIX: 'slipway/' },
      timeoutSeconds: 30,
      memoryMb: 512,
    });
    expect(created[2]?.[1]).toMatchObject({ name: 'deploy', definition: { States: { Go: { Arguments: { FunctionName: fnArn } } } } });
    expect([...stack.resources.keys()]).toEqual(['Role', 'Fn', 'Machine']);
  });

  it('hands tables, rules and queues their properties, and a queue its policy by ARN', async () => {
    const { created } = await deploy(
      resources({
        Policy: ['AWS::SQS::QueuePolicy', { Queues: [{ Ref: 'Dead' }], PolicyDocument: { Resource: { 'Fn::GetAtt': ['Dead', 'Arn'] }, From: { 'Fn::GetAtt': ['Rule', 'Arn'] } } }],
        Dead: ['AWS::SQS::Queue', { QueueName: 'dead' }],
        Rule: ['AWS::Events::Rule', { Name: 'pushed', Targets: [{ DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['Dead', 'Arn'] } } }] }],
        Table: ['AWS::DynamoDB::Table', { TableName: 'slipway' }],
      }),
    );
    const dead = 'arn:aws:sqs:eu-central-1:111122223333:dead';
    expect(created).toEqual([
      ['createQueue', { QueueName: 'dead' }],
      ['createRule', { Name: 'pushed', Targets: [{ DeadLetterConfig: { Arn: dead } }] }],
      ['setQueuePolicy', dead, { Resource: dead, From: 'arn:aws:events:eu-central-1:111122223333:rule/pushed' }],
      ['createTable', { TableName: 'slipway' }],
    ]);
  });

  it('gives a function its URL, and a rule the right to call it', async () => {
    const template = {
      ...parameters,
      ...resources({
        Url: ['AWS::Lambda::Url', { TargetFunctionArn: { 'Fn::GetAtt': ['Fn', 'Arn'] }, AuthType: 'AWS_IAM' }],
        Permission: ['AWS::Lambda::Permission', { FunctionName: fnArn, Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com', SourceArn: { 'Fn::GetAtt': ['Rule', 'Arn'] } }],
        Rule: ['AWS::Events::Rule', { Name: 'due' }],
        Fn: ['AWS::Lambda::Function', fn],
        Role: ['AWS::IAM::Role', role],
      }),
      Outputs: { Url: { Value: { 'Fn::GetAtt': ['Url', 'FunctionUrl'] } }, Of: { Value: { Ref: 'Url' } } },
    };
    const { created, stack } = await deploy(template);
    expect(created.slice(2)).toEqual([
      ['createFunctionUrl', fnArn, 'AWS_IAM'],
      ['createRule', { Name: 'due' }],
      ['allowRule', fnArn, 'arn:aws:events:eu-central-1:111122223333:rule/due'],
    ]);
    expect(stack.outputs).toEqual({ Url: 'http://127.0.0.1:1/', Of: fnArn });
  });

  it('lets everybody call a URL that asks nobody who they are, where the template says so', async () => {
    const template = {
      ...parameters,
      Conditions: { IsPublic: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Prefix' }, ''] }] } },
      Resources: {
        Url: { Type: 'AWS::Lambda::Url', Condition: 'IsPublic', Properties: { TargetFunctionArn: fnArn, AuthType: 'NONE' } },
        Call: { Type: 'AWS::Lambda::Permission', Condition: 'IsPublic', Properties: { FunctionName: fnArn, Action: 'lambda:InvokeFunctionUrl', Principal: '*', FunctionUrlAuthType: 'NONE' } },
        Invoke: { Type: 'AWS::Lambda::Permission', Condition: 'IsPublic', Properties: { FunctionName: fnArn, Action: 'lambda:InvokeFunction', Principal: '*', InvokedViaFunctionUrl: true } },
      },
      Outputs: { Url: { Condition: 'IsPublic', Value: { 'Fn::GetAtt': ['Url', 'FunctionUrl'] } } },
    };
    const { created, stack } = await deploy(template, { Prefix: 'x' });
    expect(created).toEqual([
      ['createFunctionUrl', fnArn, 'NONE'],
      ['allowAnyone', fnArn, 'lambda:InvokeFunctionUrl'],
      ['allowAnyone', fnArn, 'lambda:InvokeFunction'],
    ]);
    expect(stack.outputs).toEqual({ Url: 'http://127.0.0.1:1/' });
    const without = await deploy(template, { Prefix: '' });
    expect([without.created, without.stack.outputs, without.stack.resources.size]).toEqual([[], {}, 0]);
  });

  it('prefers the given parameters to the defaults, and gives the outputs', async () => {
    const Outputs = { Prefix: { Value: { 'Fn::Sub': '${Prefix}x' } }, Dead: { Value: { Ref: 'Dead' } } };
    const template = { ...parameters, ...resources({ Dead: ['AWS::SQS::Queue', { QueueName: { 'Fn::Sub': '${AWS::Region}-dead' } }] }), Outputs };
    expect((await deploy(template, { Prefix: 'team/' })).stack.outputs).toEqual({ Prefix: 'team/x', Dead: 'https://sqs.test/111122223333/eu-central-1-dead' });
  });

  it('leaves out a property whose condition gives it no value', async () => {
    const Conditions = { InVpc: { 'Fn::Not': [{ 'Fn::Equals': [{ 'Fn::Join': ['', { Ref: 'SubnetIds' }] }, ''] }] } };
    const Parameters = { ...parameters.Parameters, SubnetIds: { Type: 'CommaDelimitedList', Default: '' } };
    const VpcConfig = { 'Fn::If': ['InVpc', { SubnetIds: { Ref: 'SubnetIds' } }, { Ref: 'AWS::NoValue' }] };
    const template = { Conditions, Parameters, ...resources({ Fn: ['AWS::Lambda::Function', { ...fn, VpcConfig }], Role: ['AWS::IAM::Role', role] }) };
    expect((await deploy(template)).created).toHaveLength(2);
    await expect(deploy(template, { SubnetIds: 'subnet-1' })).rejects.toThrow('Resource Fn (AWS::Lambda::Function): the sandbox does not know VpcConfig');
  });

  it('records what has no effect here, under the names that others refer to', async () => {
    const template = {
      ...resources({
        Log: ['AWS::Logs::LogGroup', { LogGroupName: '/aws/lambda/fn', RetentionInDays: 30 }],
        Alarm: ['AWS::CloudWatch::Alarm', { AlarmName: 'lost' }],
        Bucket: ['AWS::S3::Bucket', { BucketEncryption: {} }],
        Policy: ['AWS::S3::BucketPolicy', { Bucket: { Ref: 'Bucket' }, PolicyDocument: {} }],
      }),
      Outputs: { Log: { Value: { Ref: 'Log' } }, Bucket: { Value: { Ref: 'Bucket' } } },
    };
    const { created, stack } = await deploy(template);
    expect(created).toEqual([]);
    expect(stack.outputs).toEqual({ Log: '/aws/lambda/fn', Bucket: 'slipway-test-bucket' });
  });
});

describe('a template that the sandbox does not know all of', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a type', resources({ Topic: ['AWS::SNS::Topic', {}] }), 'Resource Topic: the sandbox does not know type AWS::SNS::Topic'],
    ['a property', resources({ Fn: ['AWS::Lambda::Function', { ...fn, Role: 'r', Environment: { Variables: {} }, Layers: [] }] }), 'Resource Fn (AWS::Lambda::Function): the sandbox does not know Layers'],
    ['a nested property', resources({ R: ['AWS::IAM::Role', { ...role, Policies: [{ PolicyName: 'p', PolicyDocument: aPolicy(), Doc: 1 }] }] }), 'Resource R (AWS::IAM::Role): the sandbox does not know Doc in Policies[0]'],
    ['a property of a recorded type', resources({ Log: ['AWS::Logs::LogGroup', { KmsKeyId: 'k' }] }), 'Resource Log (AWS::Logs::LogGroup): the sandbox does not know KmsKeyId'],
    ['a runtime', resources({ Fn: ['AWS::Lambda::Function', { ...fn, Role: 'r', Environment: { Variables: {} }, Runtime: 'nodejs22.x' }] }), 'Resource Fn (AWS::Lambda::Function): Runtime'],
    ['part of a policy', resources({ R: ['AWS::IAM::Role', { ...role, Policies: [{ PolicyName: 'p', PolicyDocument: aPolicy({ NotAction: 'a:B' }) }] }] }), 'Resource R (AWS::IAM::Role): Role fn, policy p: the sandbox does not know NotAction'],
    ['a setting of a URL', resources({ U: ['AWS::Lambda::Url', { TargetFunctionArn: fnArn, AuthType: 'NONE', InvokeMode: 'RESPONSE_STREAM' }] }), 'Resource U (AWS::Lambda::Url): the sandbox does not know InvokeMode'],
    ['a permission for everybody beside a URL', resources({ P: ['AWS::Lambda::Permission', { FunctionName: fnArn, Action: 'lambda:InvokeFunction', Principal: '*' }] }), 'Resource P (AWS::Lambda::Permission): InvokedViaFunctionUrl'],
    ['a permission for a bucket', resources({ P: ['AWS::Lambda::Permission', { FunctionName: fnArn, Action: 'lambda:InvokeFunction', Principal: 's3.amazonaws.com', SourceArn: 'arn:aws:events:x' }] }), 'Resource P (AWS::Lambda::Permission): Principal'],
    ['an attribute', { ...resources({ Q: ['AWS::SQS::Queue', { QueueName: 'q' }] }), Outputs: { O: { Value: { 'Fn::GetAtt': ['Q', 'Size'] } } } }, 'Resource Q: the sandbox does not know attribute Size'],
    ['a section', { Resources: {}, Mappings: {} }, 'Template: the sandbox does not know Mappings'],
    ['an attribute of a resource', { Resources: { Q: { Type: 'AWS::SQS::Queue', Metadata: {} } } }, 'Template: the sandbox does not know Metadata in Resources.Q'],
    ['a parameter type', { Resources: {}, Parameters: { P: { Type: 'AWS::SSM::Parameter::Value<String>' } } }, 'Template: Parameters.P.Type'],
    ['an intrinsic', resources({ Q: ['AWS::SQS::Queue', { QueueName: { 'Fn::ImportValue': 'x' } }] }), 'Q.QueueName: the sandbox does not know Fn::ImportValue'],
  ])('is refused by name: %s', async (_case, template, message) => {
    await expect(deploy(template)).rejects.toThrow(message);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['placeholder without a value', { ...machine, RoleArn: 'r', DefinitionSubstitutions: {} }, 'Resource M (AWS::StepFunctions::StateMachine): DefinitionSubstitutions has no value for the placeholder FnArn'],
    ['value without a placeholder', { ...machine, RoleArn: 'r', DefinitionSubstitutions: { FnArn: 'f', Other: 'o' } }, 'the definition has no placeholder for Other of DefinitionSubstitutions'],
  ])('is refused for a definition with a %s', async (_case, properties, message) => {
    await expect(deploy(resources({ M: ['AWS::StepFunctions::StateMachine', properties] }))).rejects.toThrow(message);
  });

  it('is refused for a circle of references, naming it', async () => {
    const template = resources({ A: ['AWS::SQS::Queue', { QueueName: { Ref: 'B' } }], B: ['AWS::SQS::Queue', { QueueName: { Ref: 'A' } }] });
    await expect(deploy(template)).rejects.toThrow('Circular dependency between resources: A → B → A');
  });

  it('is refused for parameters that it lacks or that lack a value', async () => {
    await expect(deploy({ Resources: {} }, { Other: 'x' })).rejects.toThrow('The template has no parameter Other');
    await expect(deploy({ Resources: {}, Parameters: { P: { Type: 'String' } } })).rejects.toThrow('Parameter P has no value and no default');
    await expect(deploy({ Resources: { A: { Type: 'AWS::SQS::Queue', DependsOn: ['B'] } } })).rejects.toThrow('A.DependsOn: the template has no resource B');
  });
});
