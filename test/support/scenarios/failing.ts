import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScenarioName } from '../../../sandbox/scenarios/names.ts';
import type { ScenarioWorld } from '../../../sandbox/scenarios/scenario-world.ts';
import { DEV, type DeployedWorld } from '../sandbox/deployed-world.ts';
import type { Ended } from '../sandbox/executions.ts';
import { secretsFound } from '../sandbox/secrets-in-use.ts';
import { announcements, measuredStages } from '../sandbox/traces.ts';
import { PATIENT, type StartScenarioWorld } from './world-under-test.ts';

const POD = String.raw`pod inference-dev-[0-9a-f]+-[0-9a-z]{5}`;

/** Scenario, and what an operator reads. */
const CAUSES: readonly (readonly [name: ScenarioName, cause: RegExp])[] = [
  ['image-pull', new RegExp(`^${POD}: ImagePullBackOff: .*/inference-service:1\\.1\\.0@sha256:[0-9a-f]{64}: not found$`)],
  ['crash-loop', new RegExp(`^${POD}: CrashLoopBackOff: container inference-service, exit code 1 after \\d+ restarts?$`)],
  ['never-ready', new RegExp(`^${POD}: Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503$`)],
];

export const FAILING = CAUSES.map(([name]) => name);

/** Scenarios in which the release is bad. */
export function failingScenarios(start: StartScenarioWorld): void {
  describe.concurrent.each(CAUSES)('%s: the new pods never become Ready', (name, cause) => {
    let world: DeployedWorld<ScenarioWorld>;
    let ended: Ended;

    beforeAll(async () => {
      world = await start(name);
      ended = await world.deploy(world.newImage);
    }, PATIENT);
    afterAll(() => world?.stop());

    it('fails with a cause of one line that names the pod and the reason', () => {
      expect(ended).toMatchObject({ status: 'FAILED', outcome: 'failed', cause: expect.stringMatching(cause) as string });
      expect(ended.cause).not.toContain('\n');
      expect(ended.said).toBe(`1 of 1 targets did not get the release. inference-service/dev/eu failed: ${ended.cause}`);
    });

    it('made its one commit, and does not take it back', async () => {
      expect(await world.commits()).toEqual(['deploy(dev): inference-service 1.1.0']);
      expect(ended.pods).toEqual([expect.objectContaining({ ready: false })]);
    });

    it('gave the claim back, and leaves what ran before as the current release', async () => {
      const { claim, current } = await world.targets.target(DEV);
      expect(claim).toMatchObject({ execution: null, digest: world.newImage.digest });
      expect(current).toBeNull();
    });

    it('recorded, announced and measured the failure', async () => {
      const [record] = await world.records.history(DEV, 10);
      expect(record?.attempts).toEqual([expect.objectContaining({ outcome: 'failed', cause: ended.cause })]);
      expect(announcements(world)).toEqual([expect.objectContaining({ outcome: 'failed', cause: ended.cause })]);
      expect(await measuredStages(world)).toEqual(ended.timings);
    });

    it('leaves no secret in history, logs, events, table and commits', async () => {
      expect(await secretsFound(world)).toEqual({});
    });
  });
}
