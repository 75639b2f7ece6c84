import { describe, expect, it } from 'vitest';
import { deploy, redrive, statesEntered, stepsOf, told } from './deploy-execution.ts';
import { answering, type StepName, type Stubs, TARGET_STEPS, taking, throwing } from './deploy-stubs.ts';

/** Leaves something to verify, so that each of the steps is reached. */
const TO_THE_END: Stubs = { CheckRollout: answering('ready') };

/** As late as full jitter lets a retry begin. */
const LATEST = { random: () => 1 };

describe('a step that cannot find out', () => {
  it.each(TARGET_STEPS)('%s: ends the deployment as errored, with the error and its message, and lets no other step run', async (step) => {
    const deploying = await deploy({ ...TO_THE_END, [step]: throwing('UnauthorizedError', { message: 'Argo CD refused the token.' }) });
    const { trouble, status } = told(deploying)['dev/eu'] ?? {};
    expect({ status, trouble }).toEqual({
      status: 'errored',
      trouble: { error: 'UnauthorizedError', cause: '{"errorType":"UnauthorizedError","errorMessage":"Argo CD refused the token.","trace":[]}' },
    });
    expect(stepsOf(deploying.calls, 'dev/eu')).toEqual([...TARGET_STEPS.slice(0, TARGET_STEPS.indexOf(step) + 1), 'ConcludeDeployment']);
    expect(deploying.execution.progress).toMatchObject({ status: 'FAILED', error: 'DeploymentFailed' });
    expect(deploying.execution.progress.cause).toContain('inference-service/dev/eu errored: UnauthorizedError: Argo CD refused the token.');
  });

  it.each(['UnauthorizedError', 'ForbiddenError', 'NotFoundError', 'ConfigurationError', 'RefusedError', 'TypeError'])('is not asked again after %s: no retry mends it', async (error) => {
    const { calls } = await deploy({ CommitRelease: throwing(error) });
    expect(stepsOf(calls).filter((step) => step === 'CommitRelease')).toHaveLength(1);
  });

  it('hands on at most 2,000 characters of what a service says', async () => {
    const deploying = await deploy({ CommitRelease: throwing('Lambda.Unknown', { message: 'x'.repeat(5000) }) });
    expect(told(deploying)['dev/eu']?.trouble).toEqual({ error: 'Lambda.Unknown', cause: 'x'.repeat(2000) });
  });
});

describe('a transient error', () => {
  it.each(TARGET_STEPS)('%s: goes unnoticed when the system comes back', async (step) => {
    const deploying = await deploy({ ...TO_THE_END, [step]: throwing('UnavailableError', { times: 3, ...(step === 'CheckRollout' && { after: answering('ready') }) }) });
    expect(stepsOf(deploying.calls).filter((one) => one === step)).toHaveLength(4);
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
  });

  it.each<[string, number, number]>([
    // Error, retries, and the longest that they can take in seconds: intervals grow from the first one up to the cap.
    ['UnavailableError', 9, 612.09375],
    ['TimeoutError', 9, 612.09375],
    ['RateLimitedError', 9, 612.09375],
    ['ConflictError', 8, 55],
    ['Lambda.TooManyRequestsException', 9, 728.875],
    ['Lambda.Unknown', 4, 15],
    ['Sandbox.Timedout', 4, 15],
  ])('%s: is retried %i times, for at most %i s, and then the deployment is errored', async (error, retries, seconds) => {
    const deploying = await deploy({ SyncApplication: throwing(error) }, LATEST);
    const attempts = deploying.calls.filter(({ step }) => step === 'SyncApplication');
    expect(attempts).toHaveLength(retries + 1);
    expect(attempts.at(-1)?.at).toBe(seconds);
    expect(told(deploying)['dev/eu']).toMatchObject({ status: 'errored', trouble: { error } });
  });

  it('is waited out for about five minutes on average, since jitter takes half of each interval', async () => {
    const { calls } = await deploy({ SyncApplication: throwing('UnavailableError') }, { random: () => 0.5 });
    expect(calls.filter(({ step }) => step === 'SyncApplication').at(-1)?.at).toBe(306.046875);
  });

  it('has its own budget of retries: one kind of error does not use up those of another', async () => {
    const changing = throwing('ConflictError', { times: 8, after: throwing('UnavailableError', { times: 17 }) });
    const deploying = await deploy({ CommitRelease: changing });
    expect(stepsOf(deploying.calls).filter((step) => step === 'CommitRelease')).toHaveLength(18);
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
  });

  it('ends a function that never answers after 300 s, five times over', async () => {
    const deploying = await deploy({ CheckRollout: taking(100_000) });
    const attempts = deploying.calls.filter(({ step }) => step === 'CheckRollout');
    expect(attempts.map(({ at }) => at)).toEqual([0, 300, 600, 900, 1200]);
    expect(told(deploying)['dev/eu']).toEqual({ status: 'errored', trouble: { error: 'States.Timeout', cause: '' } });
  });
});

describe('a conclusion that cannot be recorded', () => {
  it('fails no iteration: the release is concluded, with that target as errored', async () => {
    const deploying = await deploy({ ConcludeDeployment: throwing('ForbiddenError') }, { targets: ['dev/eu', 'dev/us'] });
    expect(statesEntered(deploying).filter((state) => state === 'OutcomeNotRecorded')).toHaveLength(2);
    expect(statesEntered(deploying).at(-1)).toBe('ConcludeRelease');
    expect(deploying.execution.progress.cause).toContain('inference-service/dev/us errored: its conclusion could not be recorded: ForbiddenError');
  });

  it('is recorded by a redrive', async () => {
    const deploying = await deploy({ ConcludeDeployment: throwing('ForbiddenError', { times: 1, after: concludedWell }) });
    const again = await redrive(deploying);
    expect(stepsOf(again)).toEqual(['ConcludeRelease', ...TARGET_STEPS.slice(0, 5), 'ConcludeDeployment', 'ConcludeRelease']);
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
  });
});

describe('the steps around the targets', () => {
  it.each<StepName>(['ResolveRelease', 'ConcludeRelease'])('%s: fails the execution with its own words, so that a redrive enters it again', async (step) => {
    const deploying = await deploy({ [step]: throwing('ConfigurationError', { message: 'The image is archived.' }) });
    expect(deploying.execution.progress).toMatchObject({ status: 'FAILED', error: 'ConfigurationError' });
    expect(deploying.execution.progress.cause).toContain('The image is archived.');
    expect(stepsOf(await redrive(deploying))).toEqual([step]);
  });

  it.each<StepName>(['ResolveRelease', 'ConcludeRelease'])('%s: waits for what is down for as long as the others do', async (step) => {
    const { calls } = await deploy({ [step]: throwing('UnavailableError') }, LATEST);
    expect(calls.at(-1)).toMatchObject({ step, at: 612.09375 });
  });
});

const concludedWell = () => ({ target: 'inference-service/dev/eu', outcome: 'succeeded', cause: null, timings: null, redrives: 0 });
