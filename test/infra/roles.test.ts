import { describe, expect, it } from 'vitest';
import { APPROVALS, MERGES } from '../../src/adapters/dynamodb/keys.ts';
import { intrinsicOf, onlyResource, readTemplate, resourcesOf, type Template } from './packaged-template.ts';

const template = readTemplate();
const roles = resourcesOf(template, 'AWS::IAM::Role');
const functions = resourcesOf(template, 'AWS::Lambda::Function');
const [, { TableName: STACK }] = onlyResource(template, 'AWS::DynamoDB::Table');

type Statement = { readonly Effect: string; readonly Action: string | string[]; readonly Resource: unknown; readonly Condition?: unknown };
type Policies = readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];

const LOGS = ['logs:CreateLogStream', 'logs:PutLogEvents'];
const READ_CODECOMMIT = ['codecommit:GetBranch', 'codecommit:GetCommit', 'codecommit:GetFile', 'codecommit:GetFolder', 'codecommit:GetRepository'];
const WRITE_CODECOMMIT = [...READ_CODECOMMIT, 'codecommit:CreateCommit'];

const PROPOSE_ON_CODECOMMIT = [
  ...['CreateBranch', 'CreatePullRequest', 'DeleteBranch', 'GetPullRequest', 'ListPullRequests'].map((action) => `codecommit:${action}`),
  ...['UpdatePullRequestDescription', 'UpdatePullRequestStatus', 'UpdatePullRequestTitle'].map((action) => `codecommit:${action}`),
];

/** What each function asks of AWS, by the ports that its step names. */
const ACTIONS: Record<string, string[]> = {
  ResolveReleaseRole: [...LOGS, 'dynamodb:GetItem', 'ecr:BatchGetImage', 'ecr:DescribeImages'],
  AwaitApprovalRole: [...LOGS, 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'states:DescribeExecution', 'states:SendTaskSuccess'],
  ClaimTargetRole: [...LOGS, 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'states:DescribeExecution'],
  CommitReleaseRole: [...LOGS, ...WRITE_CODECOMMIT, ...PROPOSE_ON_CODECOMMIT, 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'secretsmanager:GetSecretValue'],
  AwaitMergeRole: [...LOGS, 'codecommit:GetPullRequest', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'secretsmanager:GetSecretValue', 'states:SendTaskSuccess'],
  SyncApplicationRole: [...LOGS, ...READ_CODECOMMIT, 'dynamodb:GetItem', 'secretsmanager:GetSecretValue'],
  ClusterReaderRole: [...LOGS, 'dynamodb:GetItem', 'secretsmanager:GetSecretValue', 'eks:DescribeCluster'],
  VerifyReleaseRole: [...LOGS, 'dynamodb:GetItem', 'secretsmanager:GetSecretValue'],
  RollBackRole: [...LOGS, ...WRITE_CODECOMMIT, 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'ecr:DescribeImages', 'secretsmanager:GetSecretValue'],
  ConcludeDeploymentRole: [...LOGS, 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'events:PutEvents', 'states:StartExecution'],
  ConcludeReleaseRole: LOGS,
  AnswerApprovalRole: [...LOGS, 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'states:SendTaskSuccess'],
  ResumePullRequestsRole: [...LOGS, 'codecommit:GetPullRequest', 'dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Query', 'secretsmanager:GetSecretValue', 'states:SendTaskSuccess'],
  SweepReleasesRole: [...LOGS, 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem', 'ecr:DescribeImages', 'states:DescribeExecution', 'states:StartExecution'],
  StateMachineRole: ['lambda:InvokeFunction'],
  RuleRole: ['states:StartExecution'],
};

/** Functions that enter clusters: what the first is allowed must be what the second will be. */
const CLUSTER_READERS = ['CheckAccessLambdaFunction', 'CheckRolloutLambdaFunction'];

function roleOf(functionName: string): string {
  return CLUSTER_READERS.includes(functionName) ? 'ClusterReaderRole' : functionName.replace('LambdaFunction', 'Role');
}

describe('the roles', () => {
  it('allow each function exactly the actions that its step uses', () => {
    const allowed = roles.map(([name, role]) => [name, statementsOf(role).flatMap(actionsOf).sort()]);
    expect(Object.fromEntries(allowed)).toEqual(Object.fromEntries(Object.entries(ACTIONS).map(([name, actions]) => [name, actions.toSorted()])));
  });

  it('are one for each function, which nobody else assumes; those that enter clusters share the one that access entries name', () => {
    for (const [name, { Role }] of functions) {
      const role = roleOf(name);
      expect(Role).toEqual({ 'Fn::GetAtt': [role, 'Arn'] });
      expect(template.Resources[role]?.Properties?.['AssumeRolePolicyDocument']).toMatchObject({ Statement: [{ Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] });
    }
  });

  it('delete nothing of the table but what waits for approval or a merge; from a URL they change nothing else of it', () => {
    const onTable = (role: string) => statementsOf(template.Resources[role]?.Properties ?? {}).filter((statement) => actionsOf(statement).some((action) => action.startsWith('dynamodb:')));
    const only = (...partitions: string[]) => ({ 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': partitions } });
    expect(onTable('AnswerApprovalRole').map(({ Condition }) => Condition)).toEqual([only(APPROVALS)]);
    const changing = onTable('ResumePullRequestsRole').filter((statement) => actionsOf(statement).some((action) => !['dynamodb:GetItem', 'dynamodb:Query'].includes(action)));
    expect(changing.map(({ Condition }) => Condition)).toEqual([only(MERGES)]);
    const deleting = roles.flatMap(([name]) => onTable(name)).filter((statement) => actionsOf(statement).includes('dynamodb:DeleteItem'));
    expect(deleting.map(({ Condition }) => Condition)).toEqual([only(MERGES), only(APPROVALS, MERGES), only(APPROVALS), only(MERGES)]);
  });

  it('write to the log groups of their own functions alone', () => {
    for (const role of new Set(functions.map(([name]) => roleOf(name)))) {
      const own = functions.filter(([name]) => roleOf(name) === role).map(([, { FunctionName }]) => String(FunctionName));
      const [logs] = statementsOf(template.Resources[role]?.Properties ?? {}).filter((statement) => actionsOf(statement).includes('logs:PutLogEvents'));
      const groups = own.map((name) => ({ 'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/${name}:*` }));
      expect([logs?.Resource].flat()).toEqual(groups);
    }
  });

  it('take a policy of AWS only in a VPC, and only the one that Lambda needs there', () => {
    const managed = roles.flatMap(([, { ManagedPolicyArns }]) => (ManagedPolicyArns === undefined ? [] : [ManagedPolicyArns]));
    expect(managed).toHaveLength(new Set(functions.filter(([, { VpcConfig }]) => VpcConfig !== undefined).map(([name]) => roleOf(name))).size);
    for (const arns of managed) {
      expect(arns).toEqual({ 'Fn::If': ['InVpc', [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole' }], { Ref: 'AWS::NoValue' }] });
    }
  });
});

describe('the bounds of the roles', () => {
  it('let nobody at CodeCommit where no repository there is named', () => {
    const statements = roles.flatMap(([, role]) => (role['Policies'] as Policies).flatMap(({ PolicyDocument }) => PolicyDocument.Statement));
    const onCodeCommit = statements.filter((statement) => actionsOf(unconditional(statement)).some((action) => action.startsWith('codecommit:')));
    expect(onCodeCommit).toHaveLength(6);
    for (const statement of onCodeCommit) expect(statement).toMatchObject({ 'Fn::If': ['UsesCodeCommit', {}, { Ref: 'AWS::NoValue' }] });
    expect(template.Conditions).toMatchObject({ UsesCodeCommit: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'CodeCommitPrefix' }, ''] }] } });
  });

  it('are kept by every statement of the stack', () => {
    expect(roles.flatMap(([, role]) => statementsOf(role)).length).toBeGreaterThan(20);
    expect(excesses(template)).toEqual([]);
  });

  it.each<[string, Partial<Statement>, string]>([
    ['any action', { Action: '*' }, 'Role allows the action *'],
    ['any action of a service', { Action: 'dynamodb:*' }, 'Role allows the action dynamodb:*'],
    ['actions by their beginning', { Action: ['dynamodb:GetItem', 'dynamodb:Put*'] }, 'Role allows the action dynamodb:Put*'],
    ['any resource', { Resource: '*' }, 'Role reaches "*"'],
    ['any secret', { Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*' } }, 'Role reaches {"Fn::Sub":"arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:*"}'],
    ['another stack', { Resource: { 'Fn::Sub': 'arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:other-deploy:*' } }, 'Role reaches {"Fn::Sub":"arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:other-deploy:*"}'],
    ['a denial, which hides what is allowed', { Effect: 'Deny' }, 'Role has a statement that is no Allow'],
  ])('refuse a role with %s', (_, statement, message) => {
    expect(excesses(aTemplateWith({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: { 'Fn::GetAtt': ['Table', 'Arn'] }, ...statement }))).toEqual([message]);
  });
});

/** A template with one role of one statement. */
function aTemplateWith(statement: Statement): Template {
  return { Resources: { Table: { Type: 'AWS::DynamoDB::Table' }, Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument: { Statement: [statement] } }] } } } };
}

/** What a role may do beyond named actions on resources of the stack, or of its parameters' prefixes: one sentence each. */
function excesses(of: Template): string[] {
  return resourcesOf(of, 'AWS::IAM::Role').flatMap(([name, role]) =>
    statementsOf(role).flatMap((statement) => [
      ...(statement.Effect === 'Allow' ? [] : [`${name} has a statement that is no Allow`]),
      ...actionsOf(statement).filter((action) => action.includes('*')).map((action) => `${name} allows the action ${action}`),
      ...[statement.Resource].flat().filter((resource) => !isBounded(of, resource)).map((resource) => `${name} reaches ${JSON.stringify(resource)}`),
    ]),
  );
}

const ARN = /^arn:\$\{AWS::Partition\}:(?<service>[a-z]+):(?:\$\{AWS::Region\}|\*):\$\{AWS::AccountId\}:(?<resource>.+)$/;

function isBounded(of: Template, resource: unknown): boolean {
  const [intrinsic, argument] = intrinsicOf(resource) ?? [];
  if (intrinsic === 'Ref') return of.Resources[String(argument)] !== undefined;
  if (intrinsic === 'Fn::GetAtt') return Array.isArray(argument) && of.Resources[String(argument[0])] !== undefined;
  if (intrinsic !== 'Fn::Sub') return false;
  const { service, resource: named = '' } = ARN.exec(String(argument))?.groups ?? {};
  switch (service) {
    case 'ecr':
      return named === 'repository/${RepositoryPrefix}*';
    case 'secretsmanager':
      return named === 'secret:${SecretPrefix}*';
    case 'codecommit':
      return named === '${CodeCommitPrefix}*';
    case 'eks':
      // To look up the endpoint of a cluster that a target names; what may be done in it, the cluster's own access entry says.
      return named === 'cluster/*';
    case 'events':
      return named === 'event-bus/default';
    default:
      return named.includes(`${String(STACK)}-`);
  }
}

function statementsOf(role: Readonly<Record<string, unknown>>): readonly Statement[] {
  return (role['Policies'] as Policies | undefined)?.flatMap(({ PolicyDocument }) => PolicyDocument.Statement.map(unconditional)) ?? [];
}

/** What a statement allows where its condition holds. */
function unconditional(statement: Statement): Statement {
  const [intrinsic, argument] = intrinsicOf(statement) ?? [];
  return intrinsic === 'Fn::If' ? (argument as readonly [string, Statement])[1] : statement;
}

function actionsOf({ Action }: Statement): string[] {
  return [Action].flat();
}
