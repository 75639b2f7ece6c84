import { describe, expect, it } from 'vitest';
import { aMachine, anError, aTask, failingWith, run, types } from './run-definition.ts';

const end = { Type: 'Succeed' };

describe('Catch', () => {
  it('goes to the first catcher that takes the error, with the error as output', async () => {
    const Catch = [{ ErrorEquals: ['Other'], Next: 'Lost' }, { ErrorEquals: ['States.ALL'], Next: 'Found' }];
    const { execution } = await run(aMachine({ Work: aTask({ Catch }), Lost: end, Found: end }), { task: failingWith(anError('Broken', 'no disk')) });
    expect(execution.progress).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'Broken', Cause: 'no disk' } });
    expect(types(execution.history.events)).toContain('TaskFailed');
  });

  it('computes its own Output and Assign from $states.errorOutput, not those of the state', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Assign: { trouble: '{% $states.errorOutput.Cause %}' }, Output: '{% $states.input.id %}', Next: 'Tell' }];
    const Tell = { Type: 'Succeed', Output: { id: '{% $states.input %}', trouble: '{% $trouble %}' } };
    const work = aTask({ Catch, Output: 'not this', Assign: { trouble: 'not this' } });
    const { execution } = await run(aMachine({ Work: work, Tell }), { input: { id: 7 }, task: failingWith(anError('Broken', 'no disk')) });
    expect(execution.progress.output).toEqual({ id: 7, trouble: 'no disk' });
  });

  it('comes after the retries', async () => {
    const work = aTask({ Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }], Catch: [{ ErrorEquals: ['Busy'], Next: 'End' }] });
    const world = await run(aMachine({ Work: work, End: end }), { task: failingWith(anError('Busy'), anError('Busy')) });
    expect(world.seconds).toBe(1);
    expect(world.execution.progress.status).toBe('SUCCEEDED');
  });

  it('leaves Cause out where there is none', async () => {
    const work = aTask({ Catch: [{ ErrorEquals: ['Quiet'], Next: 'End' }] });
    const { execution } = await run(aMachine({ Work: work, End: end }), { task: failingWith(anError('Quiet', '')) });
    expect(execution.progress.output).toEqual({ Error: 'Quiet' });
  });

  it('fails the state when its own Output cannot be computed', async () => {
    const work = aTask({ Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $states.result %}', Next: 'End' }] });
    const { execution } = await run(aMachine({ Work: work, End: end }), { task: failingWith(anError('Broken')) });
    expect(execution.progress).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(execution.history.events.find(({ type }) => type === 'EvaluationFailed')?.evaluationFailedEventDetails).toMatchObject({ location: 'Catch[0]/Output', state: 'Work' });
  });
});

describe('Choice', () => {
  const rule = (Condition: string, Next: string, rest = {}): object => ({ Condition, Next, ...rest });

  it('takes the first rule that holds', async () => {
    const Choices = [rule('{% $states.input > 5 %}', 'Big'), rule('{% $states.input > 1 %}', 'Middle')];
    const states = { Decide: { Type: 'Choice', Choices, Default: 'Small' }, Big: end, Middle: end, Small: end };
    const visited = async (input: number): Promise<string | undefined> => (await run(aMachine(states), { input })).execution.history.events.at(-2)?.stateExitedEventDetails?.name;
    expect(await Promise.all([visited(9), visited(3), visited(0)])).toEqual(['Big', 'Middle', 'Small']);
  });

  it('applies the Assign and Output of the rule taken, and its own only with the Default', async () => {
    const decide = { Type: 'Choice', Choices: [rule('{% $states.input %}', 'End', { Assign: { by: 'rule' } })], Default: 'End', Assign: { by: 'default' }, Output: 'own' };
    const states = { Decide: decide, End: { Type: 'Succeed', Output: '{% [$by, $states.input] %}' } };
    expect((await run(aMachine(states), { input: true })).execution.progress.output).toEqual(['rule', true]);
    expect((await run(aMachine(states), { input: false })).execution.progress.output).toEqual(['default', 'own']);
  });

  it('fails with States.NoChoiceMatched when no rule holds and there is no Default', async () => {
    const { execution } = await run(aMachine({ Decide: { Type: 'Choice', Choices: [rule('{% false %}', 'End')] }, End: end }));
    expect(execution.progress).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  it('fails when a condition is no boolean', async () => {
    const { execution } = await run(aMachine({ Decide: { Type: 'Choice', Choices: [rule("{% 'yes' %}", 'End')], Default: 'End' }, End: end }));
    expect(execution.progress).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(execution.progress.cause).toContain("Choices[0]/Condition' returned an unexpected result type. Expected 'boolean'");
  });
});
