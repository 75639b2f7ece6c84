import { describe, expect, it } from 'vitest';
import { parseDefinition } from '../../../sandbox/aws/states/engine/definition.ts';
import { aMachine, aMap, aTask } from './run-definition.ts';

const end = { Type: 'Succeed' };

describe('parseDefinition', () => {
  it('takes a machine with all that the engine has', () => {
    const work = aTask({ Comment: 'once', TimeoutSeconds: 5, Retry: [{ ErrorEquals: ['States.ALL'], JitterStrategy: 'FULL' }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }] });
    const processor = { ProcessorConfig: { Mode: 'INLINE' }, StartAt: 'Take', States: { Take: { Type: 'Pass', End: true } } };
    const each = { Type: 'Map', Items: [1], ItemSelector: {}, MaxConcurrency: 2, ItemProcessor: processor, Next: 'Work' };
    expect(() => parseDefinition(aMachine({ Each: each, Work: work, End: end }, { Comment: 'all', TimeoutSeconds: 60 }))).not.toThrow();
  });

  it.each([
    ['a JSONPath machine', { ...aMachine({ End: end }), QueryLanguage: 'JSONPath' }, 'QueryLanguage'],
    ['a JSONPath state', aMachine({ End: { ...end, QueryLanguage: 'JSONPath' } }), 'States.End.QueryLanguage'],
    ['a JSONPath field', aMachine({ Work: aTask({ ResultPath: '$.x' }) }), 'States.Work: Unrecognized key: "ResultPath"'],
    ['an unknown field of the machine', aMachine({ End: end }, { Version: '1.0' }), 'Unrecognized key: "Version"'],
    ['an unknown field of a retrier', aMachine({ Work: aTask({ Retry: [{ ErrorEquals: ['X'], Interval: 1 }] }) }), 'Unrecognized key: "Interval"'],
    ['an unknown state type', aMachine({ Rest: { Type: 'Wait', Seconds: 1, End: true } }), 'States.Rest.Type: the state type is not provided'],
    ['an unknown state type inside a Map', aMachine({ Each: aMap({ Both: { Type: 'Parallel' } }) }), 'States.Each.ItemProcessor.States.Both.Type'],
    ['an unknown integration', aMachine({ Work: aTask({ Resource: 'arn:aws:states:::sqs:sendMessage' }) }), 'the integration "arn:aws:states:::sqs:sendMessage" is not provided'],
    ['a distributed Map', aMachine({ Each: aMap({ Take: end }, { ItemReader: {} }) }), 'Unrecognized key: "ItemReader"'],
    ['a start that does not exist', { ...aMachine({ End: end }), StartAt: 'Begin' }, 'there is no state Begin'],
    ['a target that does not exist', aMachine({ Work: aTask({ Next: 'Gone' }) }), 'States.Work: there is no state Gone to go to'],
    ['a catcher to nowhere', aMachine({ Work: aTask({ Catch: [{ ErrorEquals: ['X'], Next: 'Gone' }] }) }), 'there is no state Gone to go to'],
    ['a choice to nowhere', aMachine({ Decide: { Type: 'Choice', Choices: [{ Condition: true, Next: 'Gone' }] } }), 'there is no state Gone to go to'],
    ['a state with Next and End', aMachine({ Work: aTask({ Next: 'Work', End: true }) }), 'exactly one of Next and End'],
    ['States.ALL beside another name', aMachine({ Work: aTask({ Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] }) }), 'States.ALL must stand alone and last'],
    ['States.ALL before another retrier', aMachine({ Work: aTask({ Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] }) }), 'States.ALL must stand alone and last'],
    ['a heartbeat', aMachine({ Work: aTask({ HeartbeatSeconds: 5 }) }), 'Unrecognized key: "HeartbeatSeconds"'],
    ['an expression that does not parse', aMachine({ Make: { Type: 'Pass', Output: '{% 1 + %}', End: true } }), 'the expression {% 1 + %} cannot be used'],
    ['a function that the sandbox lacks', aMachine({ Make: { Type: 'Pass', Output: '{% $uuid() %}', End: true } }), 'the function $uuid is not provided'],
    ['an expression deep inside a Map', aMachine({ Each: aMap({ Make: { Type: 'Pass', Output: { a: ['{% ( %}'] }, End: true } }) }), 'States.Each.ItemProcessor.States.Make: the expression'],
    ['a variable named states', aMachine({ Make: { Type: 'Pass', Assign: { states: 1 }, End: true } }), 'the variable name states is not allowed'],
  ])('refuses %s', (_, definition, sentence) => {
    expect(() => parseDefinition(definition)).toThrow(sentence);
  });
});
