import { describe, expect, it } from 'vitest';
import { createIam } from '../../../sandbox/aws/iam/iam.ts';
import { decide, parseIdentityPolicy, parseResourcePolicy, resourceAllows } from '../../../sandbox/aws/iam/policy.ts';
import { aPolicy, aRole } from './a-role.ts';

const account = { id: '111122223333', region: 'eu-central-1' };
const table = 'arn:aws:dynamodb:eu-central-1:111122223333:table/slipway';

function decideWith(statement: Record<string, unknown>, resource = table, action = 'dynamodb:GetItem') {
  return decide([parseIdentityPolicy(aPolicy(statement), 'Role r')], { action, resource });
}

describe('decide', () => {
  it.each([
    ['the action and resource by name', { Action: 'dynamodb:GetItem', Resource: table }, 'allowed'],
    ['an action in another case', { Action: 'DynamoDB:getitem' }, 'allowed'],
    ['a wildcard in the action', { Action: 'dynamodb:Get*' }, 'allowed'],
    ['a wildcard across colons and slashes', { Resource: 'arn:aws:dynamodb:*/slipway' }, 'allowed'],
    ['one character by a question mark', { Resource: `${table.slice(0, -1)}?` }, 'allowed'],
    ['one of several actions and resources', { Action: ['s3:GetObject', 'dynamodb:GetItem'], Resource: ['arn:aws:s3:::b', table] }, 'allowed'],
    ['another action', { Action: 'dynamodb:PutItem' }, 'not allowed'],
    ['another resource', { Resource: `${table}-other` }, 'not allowed'],
    ['a resource in another case', { Resource: table.toUpperCase().replace('ARN:', 'arn:') }, 'not allowed'],
    ['a dot that is not a wildcard', { Resource: table.replace('dynamodb', '.ynamodb') }, 'not allowed'],
  ])('with %s', (_case, statement, decision) => {
    expect(decideWith(statement)).toBe(decision);
  });

  it('lets a Deny win over an Allow', () => {
    const allow = parseIdentityPolicy(aPolicy(), 'Role r');
    const deny = parseIdentityPolicy(aPolicy({ Effect: 'Deny', Action: 'dynamodb:*' }), 'Role r');
    expect(decide([allow, deny], { action: 'dynamodb:GetItem', resource: table })).toBe('denied');
    expect(decide([allow, deny], { action: 'sqs:SendMessage', resource: table })).toBe('allowed');
  });

  it('grants an action without a resource to * alone', () => {
    expect(decideWith({ Resource: '*' }, '*')).toBe('allowed');
    expect(decideWith({ Resource: 'arn:aws:ecr:*' }, '*')).toBe('not allowed');
  });
});

describe('a condition on the partition keys of a table', () => {
  const approvals = { Action: ['dynamodb:GetItem', 'dynamodb:DeleteItem'], Resource: table, Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['approval'] } } };
  const decideFor = (key: string | undefined) =>
    decide([parseIdentityPolicy(aPolicy(approvals), 'Role r')], { action: 'dynamodb:GetItem', resource: table, ...(key !== undefined && { context: { 'dynamodb:LeadingKeys': key } }) });

  it.each([
    ['approval', 'allowed'],
    ['approval2', 'not allowed'],
    ['service#approval', 'not allowed'],
    [undefined, 'not allowed'],
  ])('decides on a request for %s: %s', (key, decision) => {
    expect(decideFor(key)).toBe(decision);
  });

  it.each(['dynamodb:Query', 'dynamodb:*', 'ecr:DescribeImages'])('is refused by name beside %s, whose requests do not carry them', (action) => {
    expect(() => parseIdentityPolicy(aPolicy({ ...approvals, Action: ['dynamodb:GetItem', action] }), 'Role r')).toThrow('the sandbox knows dynamodb:LeadingKeys for dynamodb:GetItem');
  });
});

describe('a policy that the sandbox cannot evaluate', () => {
  it.each([
    ['NotAction', { NotAction: 's3:*' }, 'the sandbox does not know NotAction in Statement[0]'],
    ['NotResource', { NotResource: '*' }, 'the sandbox does not know NotResource in Statement[0]'],
    ['Principal', { Principal: '*' }, 'the sandbox does not know Principal in Statement[0]'],
    ['an operator', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }, 'Bool'],
    ['a condition key', { Condition: { StringEquals: { 'aws:PrincipalTag/x': '1' } } }, 'aws:PrincipalTag/x'],
    ['another operator on partition keys', { Condition: { StringEquals: { 'dynamodb:LeadingKeys': 'x' } } }, 'dynamodb:LeadingKeys'],
    ['another key of several values', { Condition: { 'ForAllValues:StringEquals': { 'dynamodb:Attributes': 'x' } } }, 'dynamodb:Attributes'],
    ['another operator on several values', { Condition: { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': 'x' } } }, 'ForAnyValue:StringEquals'],
    ['a policy variable', { Resource: 'arn:aws:s3:::${aws:username}' }, 'the sandbox does not know policy variables'],
    ['an action without its service', { Action: 'GetItem' }, 'an action is written service:Action'],
  ])('is refused by name: %s', (_case, statement, message) => {
    expect(() => parseIdentityPolicy(aPolicy(statement), 'Role r, policy p')).toThrow(message);
    expect(() => parseIdentityPolicy(aPolicy(statement), 'Role r, policy p')).toThrow('Role r, policy p: ');
  });
});

describe('resourceAllows', () => {
  const queue = 'arn:aws:sqs:eu-central-1:111122223333:dead';
  const rule = 'arn:aws:events:eu-central-1:111122223333:rule/pushed';
  const principal = { Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: queue };
  const send = (source?: string) => ({ action: 'sqs:SendMessage', resource: queue, ...(source === undefined ? {} : { context: { 'aws:SourceArn': source } }) });

  it('lets the named service act for the named source only', () => {
    const policy = parseResourcePolicy(aPolicy({ ...principal, Condition: { ArnEquals: { 'aws:SourceArn': rule } } }), 'Queue dead');
    expect(resourceAllows(policy, 'events.amazonaws.com', send(rule))).toBe(true);
    expect(resourceAllows(policy, 'events.amazonaws.com', send(`${rule}-2`))).toBe(false);
    expect(resourceAllows(policy, 'events.amazonaws.com', send())).toBe(false);
    expect(resourceAllows(policy, 'lambda.amazonaws.com', send(rule))).toBe(false);
  });

  it('takes a wildcard in StringLike but not in StringEquals', () => {
    const like = parseResourcePolicy(aPolicy({ ...principal, Condition: { StringLike: { 'aws:SourceArn': 'arn:*:rule/*' } } }), 'Queue dead');
    const equals = parseResourcePolicy(aPolicy({ ...principal, Condition: { StringEquals: { 'aws:SourceArn': 'arn:*:rule/*' } } }), 'Queue dead');
    expect(resourceAllows(like, 'events.amazonaws.com', send(rule))).toBe(true);
    expect(resourceAllows(equals, 'events.amazonaws.com', send(rule))).toBe(false);
  });

  it('needs a principal that the sandbox runs', () => {
    expect(() => parseResourcePolicy(aPolicy({ ...principal, Principal: '*' }), 'Queue dead')).toThrow('Principal');
    expect(() => parseResourcePolicy(aPolicy({ ...principal, Principal: { Service: 'sns.amazonaws.com' } }), 'Queue dead')).toThrow('Principal.Service');
  });
});

describe('roles', () => {
  it('are assumed only by the service that their trust policy names', () => {
    const iam = createIam(account);
    const { arn } = iam.createRole(aRole({ name: 'fn' }));
    expect(iam.assumeRole(arn, 'lambda.amazonaws.com', 's').arn).toBe('arn:aws:sts::111122223333:assumed-role/fn/s');
    expect(() => iam.assumeRole(arn, 'states.amazonaws.com', 's')).toThrow(
      'states.amazonaws.com is not authorized to assume role arn:aws:iam::111122223333:role/fn because its trust policy does not allow the service',
    );
    expect(() => iam.assumeRole(`${arn}-2`, 'lambda.amazonaws.com', 's')).toThrow('the role does not exist');
  });

  it('say when a Deny is the reason', () => {
    const iam = createIam(account);
    const deny = { name: 'no', document: aPolicy({ Effect: 'Deny', Action: 'ecr:*' }) };
    const { arn } = iam.createRole({ ...aRole({ actions: ['ecr:*'] }), policies: [deny] });
    const caller = iam.assumeRole(arn, 'lambda.amazonaws.com', 's');
    expect(() => iam.authorize(caller, { action: 'ecr:PutImage', resource: '*' })).toThrow('with an explicit deny in an identity-based policy');
  });

  it('are refused when the name is taken', () => {
    const iam = createIam(account);
    iam.createRole(aRole());
    expect(() => iam.createRole(aRole())).toThrow('Role with name role already exists.');
  });
});
