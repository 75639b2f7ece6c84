import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../sandbox/aws/states/engine/json.ts';
import { deploy, redrive } from './deploy-execution.ts';
import { answering, type Call, deploymentOf, found, proposing, type StepName, STEPS, throwing, turningRound } from './deploy-stubs.ts';

const A_PUSH = {
  version: '0',
  id: '13cde686-328b-6117-af20-0e5566167482',
  'detail-type': 'ECR Image Action',
  source: 'aws.ecr',
  account: '111122223333',
  time: '2026-01-01T00:00:00Z',
  region: 'eu-central-1',
  resources: [],
  detail: { result: 'SUCCESS', 'repository-name': 'inference-service', 'image-digest': `sha256:${'a'.repeat(64)}`, 'action-type': 'PUSH', 'image-tag': '1.1.0' },
};

const TARGET_PAYLOAD = ['deployment', 'execution', 'redrives', 'redrivenAt'];

/** What the state machine sends to each function: exactly these members. */
const PAYLOADS: Record<StepName, string[]> = {
  ResolveRelease: ['execution', 'request', 'startedAt'],
  AwaitApproval: [...TARGET_PAYLOAD, 'token'],
  ClaimTarget: TARGET_PAYLOAD,
  CheckAccess: TARGET_PAYLOAD,
  CommitRelease: TARGET_PAYLOAD,
  AwaitMerge: [...TARGET_PAYLOAD, 'token'],
  SyncApplication: TARGET_PAYLOAD,
  CheckRollout: TARGET_PAYLOAD,
  VerifyRelease: TARGET_PAYLOAD,
  RollBack: TARGET_PAYLOAD,
  ConcludeDeployment: ['deployment', 'execution', 'redrives', 'status', 'trouble'],
  ConcludeRelease: ['conclusions', 'execution', 'latest', 'redrives', 'targets'],
};

/** Reaches every step, once on the way to an error on the way back and once more after a redrive. */
async function callsOfARedrivenRelease(): Promise<readonly Call[]> {
  const deploying = await deploy(
    {
      ResolveRelease: () => found(['dev/eu'], 3600),
      CommitRelease: proposing,
      CheckRollout: answering('ready'),
      RollBack: turningRound,
      VerifyRelease: answering('failed', 'succeeded'),
      ConcludeDeployment: throwing('ForbiddenError', { times: 1, after: () => ({ target: 'inference-service/dev/eu', outcome: 'succeeded', cause: null, timings: null, redrives: 1 }) }),
    },
    { input: A_PUSH },
  );
  await redrive(deploying);
  expect(deploying.execution.progress.status).toBe('SUCCEEDED');
  return deploying.calls;
}

const calls = await callsOfARedrivenRelease();
const ofStep = (step: StepName) => calls.filter((call) => call.step === step).map(({ payload }) => payload);

describe.each(Object.keys(PAYLOADS) as StepName[])('the payload of %s', (step) => {
  it('has exactly the members that the step reads', () => {
    expect(ofStep(step).length).toBeGreaterThan(0);
    for (const payload of ofStep(step)) expect(Object.keys(payload).sort()).toEqual(PAYLOADS[step].toSorted());
  });

  it('is accepted by the step, before and after a redrive, and nothing of it is lost on the way', () => {
    for (const payload of ofStep(step)) expect(withoutRequest(STEPS[step].input.parse(payload))).toEqual(withoutRequest(payload));
  });

  it.each(PAYLOADS[step].filter((member) => member !== 'redrivenAt'))('would be refused without %s', (member) => {
    const [payload] = ofStep(step);
    const { [member]: _, ...rest } = payload ?? {};
    expect(STEPS[step].input.safeParse(rest).success).toBe(false);
  });
});

describe('what the steps are told', () => {
  it('hands the event as it came to ResolveRelease, with the ARN and the start of the execution', () => {
    expect(ofStep('ResolveRelease')).toEqual([
      { execution: 'arn:aws:states:eu-central-1:111122223333:execution:flow:one', startedAt: '2026-01-01T00:00:00.000Z', request: A_PUSH },
    ]);
  });

  it('makes each deployment of what the targets share and of what names the one', () => {
    const [payload] = ofStep('AwaitApproval');
    expect(Object.keys(deploymentOf(payload ?? {})).sort()).toEqual(['approval', 'environment', 'marks', 'release', 'service', 'target']);
  });
});

/** The step takes from an event only what it uses, so the request alone may shrink. */
function withoutRequest(payload: object): JsonObject {
  const { request: _, ...rest } = payload as JsonObject;
  return rest;
}
