import { existsSync, readdirSync, readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RETRYABLE_ERRORS } from '../../src/domain/errors.ts';
import { LONGEST_SLICE, SLICE_RESERVE } from '../../src/domain/slice.ts';
import { LEASE_MS } from '../../src/domain/batch.ts';
import { PATIENCE_MS } from '../../src/steps/lead-batches.ts';
import { DEFINITION, DEFINITION_TEXT, nextStates, statesOf } from './definition.ts';
import { innerMachine, worstHistory } from './worst-history.ts';

const STATES = statesOf(DEFINITION);
const TASKS = STATES.filter(({ state }) => state.Type === 'Task');
const SERVERLESS = parse(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8')) as {
  provider: { timeout: number };
  functions: Record<string, { handler: string; name: string; role: string; timeout?: number }>;
};
const SUBSTITUTIONS = readFileSync(new URL('../../infra/state-machine.yml', import.meta.url), 'utf8');

/** Functions that the state machine does not invoke: a person calls one over its URL, Git hosts and a schedule another, a schedule the third. */
const ENTRANCES = ['AnswerApproval', 'ResumePullRequests', 'SweepReleases'];

/** They wait for an answer to their token, for as long as the environment says. */
const WAITING = [
  ['AwaitApproval', '{% $deployment.approval.timeoutSeconds %}'],
  ['AwaitMerge', '{% $deployment.pullRequest.timeoutSeconds %}'],
] as const;

/** They share the role that access entries name. */
const CLUSTER_READERS = ['CheckAccess', 'CheckRollout'];

const kebab = (name: string) => name.replaceAll(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase();
const camel = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

describe('the definition', () => {
  it('is accepted by the ASL validator once its placeholders are ARNs', () => {
    const substituted = DEFINITION_TEXT.replaceAll(/\$\{\w+Arn\}/g, 'arn:aws:lambda:eu-central-1:111122223333:function:slipway-dev-x');
    const { isValid, errorsText } = aslValidator(JSON.parse(substituted) as object);
    expect(errorsText?.('\n') ?? '').toBe('');
    expect(isValid).toBe(true);
  });

  it('says JSONata for the whole machine and holds no JSONPath', () => {
    expect(DEFINITION.QueryLanguage).toBe('JSONata');
    expect(DEFINITION_TEXT).not.toMatch(/"(?:InputPath|OutputPath|ResultPath|Parameters|ResultSelector|Variable|ItemsPath)"/);
  });

  it('has no null: CloudFormation takes none, so it would be missing from what is deployed', () => {
    expect(nullsIn(DEFINITION)).toEqual([]);
    expect(nullsIn({ Assign: { trouble: null, deep: [{ cause: null }] } })).toEqual(['Assign.trouble', 'Assign.deep.0.cause']);
  });

  it('explains every state in a comment', () => {
    expect(STATES.filter(({ state }) => (state.Comment ?? '') === '').map(({ name }) => name)).toEqual([]);
  });

  it('reaches every state and leads nowhere else', () => {
    for (const machine of [DEFINITION, ...STATES.flatMap(({ state }) => state.ItemProcessor ?? [])]) {
      const targets = new Set([machine.StartAt, ...Object.values(machine.States).flatMap(nextStates)]);
      expect([...targets].sort()).toEqual(Object.keys(machine.States).sort());
    }
  });

  it('gives every Choice a Default that never leads onwards: to an end, or to what decides about it', () => {
    const choices = STATES.filter(({ state }) => state.Type === 'Choice');
    expect(choices.length).toBeGreaterThan(4);
    const ends = ['ConcludeDeployment', 'Ignored'];
    expect(choices.filter(({ state }) => !ends.includes(state.Default ?? '')).map(({ name }) => name)).toEqual(['NeedsApproval', 'IsReleased']);
  });

  it('goes from IsReleased to another pass by default, which is safe because every step finds done what is done', () => {
    expect(DEFINITION.States['IsReleased']?.Default).toBe('DeployTargets');
  });

  it('has no Fail state, since a redrive would only fail there again', () => {
    expect(STATES.filter(({ state }) => state.Type === 'Fail')).toEqual([]);
  });

  it('assigns no name inside the Map that is assigned outside it', () => {
    const outer = Object.values(DEFINITION.States).flatMap(({ Assign }) => Object.keys(Assign ?? {}));
    const inner = innerMachine();
    const assigned = Object.values(inner.States).flatMap((state) => [state.Assign, ...(state.Catch ?? []).map((catcher) => catcher.Assign)]).flatMap((assign) => Object.keys(assign ?? {}));
    expect(assigned.length).toBeGreaterThan(5);
    expect(assigned.filter((name) => outer.includes(name))).toEqual([]);
  });

  it('uses no variable that nobody assigned before it', () => {
    const known = new Set(['states', ...STATES.flatMap(({ state }) => Object.keys(state.Assign ?? {}))]);
    const used = [...DEFINITION_TEXT.matchAll(/\{% (.*?) %\}/g)].flatMap(([, expression]) => [...(expression ?? '').matchAll(/\$([A-Za-z]\w*)(?!\w*\()/g)].map(([, name]) => name ?? ''));
    expect(used.length).toBeGreaterThan(50);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });

  it('never lets an iteration of the Map fail: each of its Tasks catches everything', () => {
    const tasks = Object.values(innerMachine().States).filter((state) => state.Type === 'Task');
    expect(tasks.every((state) => state.Catch?.some((catcher) => catcher.ErrorEquals.includes('States.ALL')))).toBe(true);
  });

  it('lets the Tasks around the Map throw, so that a redrive enters there again', () => {
    const tasks = Object.values(DEFINITION.States).filter((state) => state.Type === 'Task');
    expect(tasks).toHaveLength(2);
    expect(tasks.filter((state) => state.Catch !== undefined)).toEqual([]);
  });
});

describe('names', () => {
  it.each(TASKS.map(({ name, state }) => [name, state] as const))('%s lines up from the state to the function', (name, state) => {
    expect(state.Arguments?.FunctionName).toBe(`\${${name}Arn}`);
    expect(SUBSTITUTIONS).toContain(`${name}Arn: !GetAtt ${name}LambdaFunction.Arn`);
  });

  it.each([...TASKS.map(({ name }) => name), ...ENTRANCES])('%s lines up from the function to the file', (name) => {
    expect(SERVERLESS.functions[camel(name)]).toMatchObject({ name: `slipway-\${sls:stage}-${kebab(name)}`, handler: `functions/${kebab(name)}/handler.handler`, role: CLUSTER_READERS.includes(name) ? 'ClusterReaderRole' : `${name}Role` });
    expect(existsSync(new URL(`../../src/steps/${kebab(name)}.ts`, import.meta.url))).toBe(true);
    expect(readFileSync(new URL(`../../functions/${kebab(name)}/handler.ts`, import.meta.url), 'utf8')).toContain(`defineHandler(${camel(name)}`);
    expect(readFileSync(new URL(`../../src/steps/${kebab(name)}.ts`, import.meta.url), 'utf8')).toContain(`name: '${kebab(name)}'`);
  });

  it('has a state for every function and for every folder, but for the three entrances', () => {
    const names = [...TASKS.map(({ name }) => name), ...ENTRANCES].sort();
    expect(Object.keys(SERVERLESS.functions).sort()).toEqual(names.map(camel).sort());
    const folders = readdirSync(new URL('../../functions/', import.meta.url), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map((folder) => folder.name).sort()).toEqual(names.map(kebab).sort());
  });
});

describe('limits', () => {
  it.each(WAITING)('lets the environment say how long %s may take, which no retry doubles', (name, timeout) => {
    const { TimeoutSeconds, Retry, Catch } = innerMachine().States[name] ?? {};
    expect(TimeoutSeconds).toBe(timeout);
    expect(Retry?.flatMap(({ ErrorEquals }) => ErrorEquals)).not.toContain('States.Timeout');
    expect(Catch?.[0]?.ErrorEquals).toEqual(['States.Timeout']);
  });

  it('lets a task wait for its batch as long as the leader takes it to be heard, and has one whose leader died join again when the lease has ended', () => {
    const { TimeoutSeconds, Retry } = innerMachine().States['JoinBatch'] ?? {};
    expect(Number(TimeoutSeconds) * 1000).toBe(PATIENCE_MS);
    expect(PATIENCE_MS).toBeGreaterThan(LEASE_MS);
    expect(Retry?.flatMap(({ ErrorEquals }) => ErrorEquals)).toContain('States.Timeout');
  });

  it('gives an execution more time than the longest that a person may take, to approve and to merge', () => {
    expect(DEFINITION.TimeoutSeconds).toBeGreaterThan(2 * 14 * 24 * 3600);
  });

  // A function of JoinBatch leads on when its own task has been answered, or has joined again.
  it.each(TASKS.filter(({ name }) => name !== 'JoinBatch' && WAITING.every(([waiting]) => name !== waiting)).map(({ name, state }) => [name, state] as const))('%s: slice < function timeout < TimeoutSeconds', (name, state) => {
    const timeout = SERVERLESS.functions[camel(name)]?.timeout ?? SERVERLESS.provider.timeout;
    expect(timeout).toBeLessThan(Number(state.TimeoutSeconds));
    if (timeout === 280) expect(LONGEST_SLICE).toBeLessThanOrEqual(timeout * 1000 - SLICE_RESERVE);
  });

  it.each(TASKS.map(({ name, state }) => [name, state] as const))('%s retries what is transient with full jitter, and nothing else of ours', (_, state) => {
    const own = (state.Retry ?? []).flatMap((retrier) => retrier.ErrorEquals).filter((error) => !/^(?:Lambda|Sandbox|Runtime|States)\./.test(error));
    expect(own.sort()).toEqual([...RETRYABLE_ERRORS].sort());
    expect(state.Retry?.every((retrier) => retrier.JitterStrategy === 'FULL')).toBe(true);
  });

  it('stays below 20,000 history events for 40 targets, each with the longest watch there and back and its retries (history.test.ts counts them)', () => {
    expect(worstHistory()).toBeLessThan(20_000);
  });
});

/** Paths of the nulls in a value; text that speaks of null, as an expression does, is none. */
function nullsIn(value: unknown, path = ''): string[] {
  if (value === null) return [path];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, member]) => nullsIn(member, path === '' ? key : `${path}.${key}`));
}
