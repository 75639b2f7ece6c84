import { describe, expect, it } from 'vitest';
import { evaluate, type Scope } from '../../../sandbox/cloudformation/evaluate.ts';

const scope: Scope = {
  account: { id: '111122223333', region: 'eu-central-1' },
  parameters: { Prefix: 'team/', Subnets: ['a', 'b'], None: [''] },
  conditions: {
    InVpc: { 'Fn::Not': [{ 'Fn::Equals': [{ 'Fn::Join': ['', { Ref: 'Subnets' }] }, ''] }] },
    Alone: { 'Fn::Equals': [{ 'Fn::Join': ['', { Ref: 'None' }] }, ''] },
    Never: { 'Fn::Not': [{ 'Fn::Equals': ['a', 'a'] }] },
  },
  resource: (logicalId, attribute) => (logicalId === 'Queue' ? [logicalId, attribute ?? 'ref'].join('/') : undefined),
};

const value = (given: unknown): unknown => evaluate(given, scope, 'X');

describe('evaluate', () => {
  it.each<[string, unknown, unknown]>([
    ['leaves plain values alone', { a: [1, true, null, '${NotInSub}'] }, { a: [1, true, null, '${NotInSub}'] }],
    ['takes Ref of a parameter', { Ref: 'Prefix' }, 'team/'],
    ['takes Ref of a list parameter', { Ref: 'Subnets' }, ['a', 'b']],
    ['takes Ref of a resource', { Ref: 'Queue' }, 'Queue/ref'],
    ['takes Ref of a pseudo parameter', [{ Ref: 'AWS::AccountId' }, { Ref: 'AWS::Region' }, { Ref: 'AWS::Partition' }], ['111122223333', 'eu-central-1', 'aws']],
    ['takes an attribute', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'Queue/Arn'],
    ['fills in a text', { 'Fn::Sub': 'arn:${AWS::Partition}:${Prefix}*:${Queue}:${Queue.Arn}' }, 'arn:aws:team/*:Queue/ref:Queue/Arn'],
    ['joins', { 'Fn::Join': ['-', ['x', { Ref: 'Prefix' }, { Ref: 'Queue' }]] }, 'x-team/-Queue/ref'],
    ['takes the branch of a condition', [{ 'Fn::If': ['InVpc', { Ref: 'Subnets' }, 'none'] }, { 'Fn::If': ['Never', 'yes', 'no'] }, { 'Fn::If': ['Alone', 'yes', 'no'] }], [['a', 'b'], 'no', 'yes']],
    ['drops what has no value', { a: { 'Fn::If': ['Never', 1, { Ref: 'AWS::NoValue' }] }, b: [{ Ref: 'AWS::NoValue' }, 2] }, { b: [2] }],
  ])('%s', (_case, given, expected) => {
    expect(value(given)).toEqual(expected);
  });

  it.each<[string, unknown, string]>([
    ['an intrinsic', { a: [{ 'Fn::Select': [0, []] }] }, 'X.a[0]: the sandbox does not know Fn::Select'],
    ['a name', { Ref: 'Nothing' }, 'X.Ref: Nothing is no parameter, resource or pseudo parameter that the sandbox knows'],
    ['a resource', { 'Fn::GetAtt': ['Nothing', 'Arn'] }, 'X.Fn::GetAtt: the template has no resource Nothing'],
    ['a condition', { 'Fn::If': ['Nothing', 1, 2] }, 'X.Fn::If: the template has no condition Nothing'],
    ['a name in a text', { 'Fn::Sub': '${Nothing}' }, 'X.Fn::Sub: Nothing is no parameter'],
    ['an escape in a text', { 'Fn::Sub': '${!Literal}' }, 'X.Fn::Sub: !Literal is no parameter'],
    ['a list in a text', { 'Fn::Sub': '${Subnets}' }, 'X.Fn::Sub: a text is expected'],
    ['a map of Fn::Sub', { 'Fn::Sub': ['${A}', { A: 1 }] }, 'X.Fn::Sub: a text is expected'],
    ['an intrinsic with company', { Ref: 'Prefix', b: 1 }, 'X: Ref stands beside other members'],
  ])('refuses by name %s that it does not know', (_case, given, message) => {
    expect(() => value(given)).toThrow(message);
  });
});
