import { describe, expect, it } from 'vitest';
import { deploy } from './deploy-execution.ts';
import { answering, APPROVED, found, type Stub, type Stubs, throwing, turningRound } from './deploy-stubs.ts';
import { LONGEST_LAPS, MOST_LAPS, MOST_RETRIES, MOST_TARGETS, worstHistory } from './worst-history.ts';

/** Held up at its first entry for as long as it is retried; then it does so. */
function heldUp(stub: Stub): Stub {
  return (call, sleep) => {
    const earlier = call.earlier - MOST_RETRIES;
    return earlier < 0 ? throwing('Lambda.TooManyRequestsException')(call, sleep) : stub({ ...call, earlier }, sleep);
  };
}

/** Watches for as long as it may, twice: there and back. */
function watching(step: keyof typeof MOST_LAPS, there: string, back: string): Stub {
  const slices = Array.from({ length: MOST_LAPS[step] - 1 }, () => 'running');
  return heldUp(answering(...slices, there, ...slices, back));
}

const TARGETS = Array.from({ length: MOST_TARGETS }, (_, index) => `dev/cluster-${index}`);

const LONGEST_WAY: Stubs = {
  ResolveRelease: () => found(TARGETS, 3600),
  AwaitApproval: heldUp(() => APPROVED),
  ClaimTarget: heldUp(answering('claimed')),
  CheckAccess: heldUp(answering('granted')),
  CommitRelease: heldUp(answering('contended')),
  JoinBatch: heldUp(answering('committed')),
  SyncApplication: watching('SyncApplication', 'applied', 'applied'),
  CheckRollout: watching('CheckRollout', 'ready', 'ready'),
  VerifyRelease: watching('VerifyRelease', 'failed', 'succeeded'),
  RollBack: heldUp(turningRound),
  // Green in the end, so that the states after the Map are counted too.
  ConcludeDeployment: heldUp(({ target }) => ({ target: `inference-service/${target}`, outcome: 'succeeded', cause: null, timings: null, redrives: 0 })),
};

describe('the history of an execution', () => {
  it('has for 40 targets on the longest way there and back exactly the events that were reckoned with, and fewer than 20,000', async () => {
    const { execution } = await deploy(LONGEST_WAY);
    expect(execution.progress.status).toBe('SUCCEEDED');
    expect(execution.history.events.length).toBe(worstHistory());
    expect(worstHistory()).toBeLessThan(20_000);
  }, 60_000);

  it('fits into the 25,000 events of an execution with the longest timeouts that slipway.yaml may ask for', () => {
    expect(worstHistory(LONGEST_LAPS)).toBeLessThan(25_000);
  });
});
