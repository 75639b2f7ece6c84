import { describe, expect, it } from 'vitest';
import { deploy, redrive, statesEntered, stepsOf, told } from './deploy-execution.ts';
import { answering, ending, type Stub, throwing } from './deploy-stubs.ts';

const contended = answering('contended');
const unanswered: Stub = () => null;

describe('a release whose branch others want at the same time', () => {
  it('goes on to the sync once it has gone out with theirs', async () => {
    const deploying = await deploy({ CommitRelease: contended });
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
    const states = statesEntered(deploying);
    expect(states.slice(states.indexOf('CommitRelease'), states.indexOf('SyncApplication') + 1)).toEqual(['CommitRelease', 'IsCommitted', 'JoinBatch', 'IsCommitted', 'SyncApplication']);
  });

  it.each(['superseded', 'failed'])('is concluded without a sync when the batch answers %s', async (status) => {
    const deploying = await deploy({ CommitRelease: contended, JoinBatch: ending(status, 'why') });
    expect(stepsOf(deploying.calls, 'dev/eu').slice(-2)).toEqual(['JoinBatch', 'ConcludeDeployment']);
    expect(told(deploying)['dev/eu']?.status).toBe(status);
  });

  it('joins again, with another token, when nobody has answered in time: the leader may have died', async () => {
    const { calls, execution } = await deploy({ CommitRelease: contended, JoinBatch: (call, sleep) => (call.earlier === 0 ? unanswered(call, sleep) : answering('committed')(call, sleep)) });
    const tokens = calls.filter(({ step }) => step === 'JoinBatch').map(({ payload }) => payload['token']);
    expect(new Set(tokens).size).toBe(2);
    expect(execution.progress.status).toBe('SUCCEEDED');
  });

  it('is errored with what the host said, and begins anew when redriven', async () => {
    const deploying = await deploy({ CommitRelease: contended, JoinBatch: throwing('RefusedError', { times: 1, message: 'main is frozen' }) });
    expect(told(deploying)['dev/eu']).toMatchObject({ status: 'errored', trouble: { error: 'RefusedError' } });
    expect(stepsOf(await redrive(deploying), 'dev/eu').slice(0, 4)).toEqual(['ClaimTarget', 'CheckAccess', 'CommitRelease', 'JoinBatch']);
  });
});
