import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from 'yaml';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import type { Ended } from '../../support/sandbox/executions.ts';
import { type CasesWorld, type LabCase, startCases, targetOf } from '../../support/lab/cases.ts';
import { chartOf, type ChartWorkload, onlyFor, RELEASE_IMAGE } from '../../support/lab/own-chart.ts';
import { PATIENT } from '../../support/scenarios/world-under-test.ts';

const [OLD, NEW] = [imageOf('1.0.0'), imageOf('1.1.0')];
const ready = (digest: string): object => expect.objectContaining({ ready: true, digest }) as object;

let cases: CasesWorld;

beforeAll(async () => {
  cases = await startCases(
    [
      caseOf('slow', { spec: { replicas: 2 }, pods: { 'ready-after': '3s' } }),
      caseOf('out-of-memory', { pods: { pod: onlyFor('1.1.0', 'bad-oom') } }, (dev) => dev.setIn(['crash', 'restarts'], 1)),
      caseOf('crashing-at-first', { initImage: RELEASE_IMAGE, pods: { pod: onlyFor('1.1.0', 'bad-init') } }, (dev) => dev.setIn(['crash', 'restarts'], 1)),
      caseOf('no-room', {}, (dev) => dev.setIn(['unschedulable'], { grace: '1s' })),
      caseOf('crashing-before-available', { spec: { minReadySeconds: 10 }, pods: { pod: onlyFor('1.1.0', 'bad-late') } }, (dev) => dev.setIn(['crash', 'restarts'], 1)),
      caseOf('crashing-after-all', { pods: { pod: onlyFor('1.1.0', 'bad-late'), 'crash-after': '20s' } }),
    ],
    { faultOf: ({ spec: { containers } }) => (containers.some(({ image }) => image.includes('/no-room:1.1.0')) ? 'unschedulable' : undefined) },
  );
}, PATIENT);
afterAll(() => cases?.world.stop());

describe.concurrent('pods that take their time', () => {
  it('waits for pods that start slowly', async () => {
    const ended = await cases.deploy('slow', NEW);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, pods: [ready(NEW.digest), ready(NEW.digest)] });
    expect(ended.timings.rollout).toBeGreaterThanOrEqual(3_000);
  }, PATIENT);
});

describe.concurrent('pods that never serve', () => {
  it.each([
    ['out-of-memory', /^pod out-of-memory-[0-9a-f]+-[0-9a-z]{5}: OOMKilled: container web, exit code 137 after \d restarts?$/],
    ['crashing-at-first', /^pod crashing-at-first-[0-9a-f]+-[0-9a-z]{5}: CrashLoopBackOff: container prepare, exit code 1 after \d restarts?$/],
    ['no-room', /^pod no-room-[0-9a-f]+-[0-9a-z]{5}: Unschedulable: 0\/1 nodes are available: 1 Insufficient cpu\b/],
  ])('fails in the words of the cluster, and leaves what runs: %s', async (name, cause) => {
    const ended = await cases.deploy(name, NEW);
    await expectFailure(name, ended, cause);
    expect(ended.pods).toEqual([expect.objectContaining({ ready: false })]);
  }, PATIENT);
});

describe.concurrent('pods that crash after they were Ready', () => {
  it('fails where the Deployment waits before it calls them available', async () => {
    const name = 'crashing-before-available';
    const ended = await cases.deploy(name, NEW);
    await expectFailure(name, ended, /^pod crashing-before-available-[0-9a-f]+-[0-9a-z]{5}: CrashLoopBackOff: container web, exit code 1 after \d restarts?$/);
  }, PATIENT);

  it('succeeds where all were Ready at once: what happens after that is for monitoring to find', async () => {
    expect(await cases.deploy('crashing-after-all', NEW)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', pods: [ready(NEW.digest)] });
  }, PATIENT);
});

async function expectFailure(name: string, ended: Ended, cause: RegExp): Promise<void> {
  expect(ended).toMatchObject({ status: 'FAILED', outcome: 'failed', cause: expect.stringMatching(cause) as string });
  expect(await cases.commits(name)).toEqual([`deploy(dev): ${name} 1.1.0`]);
  expect(await cases.live(name)).toContain(OLD.digest);
  const { claim, current } = await cases.world.targets.target(targetOf(name));
  expect([claim?.execution, current]).toEqual([null, null]);
}

function caseOf(name: string, workload: ChartWorkload, edit: (dev: Document) => void = () => undefined): LabCase {
  return { name, chart: () => chartOf(workload), environment: edit };
}
