import { describe, expect, it } from 'vitest';
import { deploy } from './deploy-execution.ts';
import { answering, type StepName, type Stub, throwing } from './deploy-stubs.ts';
import { LONGEST_LAPS, MOST_LAPS, MOST_RETRIES, MOST_TARGETS, worstHistory } from './worst-history.ts';

/** Held up at its first entry for as long as it is retried; then it answers so. */
function heldUp(...statuses: string[]): Stub {
  return (call, sleep) => {
    const earlier = call.earlier - MOST_RETRIES;
    return earlier < 0 ? throwing('Lambda.TooManyRequestsException')(call, sleep) : answering(...statuses)({ ...call, earlier }, sleep);
  };
}

const watching = (step: keyof typeof MOST_LAPS, end: string) => heldUp(...Array.from({ length: MOST_LAPS[step] - 1 }, () => 'running'), end);

describe('the history of an execution', () => {
  it('has for 40 targets on the longest way exactly the events that were reckoned with, and fewer than 20,000', async () => {
    const { ConcludeDeployment } = concluding();
    const stubs: Partial<Record<StepName, Stub>> = {
      ClaimTarget: heldUp('claimed'),
      CheckAccess: heldUp('granted'),
      CommitRelease: heldUp('committed'),
      SyncApplication: watching('SyncApplication', 'applied'),
      CheckRollout: watching('CheckRollout', 'ready'),
      VerifyRelease: watching('VerifyRelease', 'succeeded'),
      ConcludeDeployment,
    };
    const { execution } = await deploy(stubs, { targets: Array.from({ length: MOST_TARGETS }, (_, index) => `dev/cluster-${index}`) });
    expect(execution.progress.status).toBe('SUCCEEDED');
    expect(execution.history.events.length).toBe(worstHistory());
    expect(worstHistory()).toBeLessThan(20_000);
  }, 60_000);

  it('fits into the 25,000 events of an execution with the longest timeouts that slipway.yaml may ask for', () => {
    expect(worstHistory(LONGEST_LAPS)).toBeLessThan(25_000);
  });
});

function concluding(): { ConcludeDeployment: Stub } {
  const concluded: Stub = ({ target }) => ({ target: `inference-service/${target}`, outcome: 'succeeded', cause: null, timings: null });
  return { ConcludeDeployment: throwing('Lambda.TooManyRequestsException', { times: MOST_RETRIES, after: concluded }) };
}
