import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VALUES_FILE } from '../../../sandbox/scenarios/config-repository.ts';
import type { ScenarioName } from '../../../sandbox/scenarios/names.ts';
import type { ScenarioWorld } from '../../../sandbox/scenarios/scenario-world.ts';
import { DEV, type DeployedWorld } from '../sandbox/deployed-world.ts';
import type { Ended } from '../sandbox/executions.ts';
import { secretsFound } from '../sandbox/secrets-in-use.ts';
import { announcements, measuredStages } from '../sandbox/traces.ts';
import { applicationIn, liveDigests, PATIENT, type StartScenarioWorld } from './world-under-test.ts';

export const SUCCEEDING = ['happy', 'already-deployed', 'git-race'] as const satisfies readonly ScenarioName[];

/** Scenarios in which the release arrives. */
export function succeedingScenarios(start: StartScenarioWorld): void {
  happy(start);
  alreadyDeployed(start);
  gitRace(start);
}

function happy(start: StartScenarioWorld): void {
  describe('happy: a new image is pushed', () => {
    let world: DeployedWorld<ScenarioWorld>;
    let ended: Ended;

    beforeAll(async () => {
      world = await start('happy');
      ended = await world.deploy(world.newImage);
    }, PATIENT);
    afterAll(() => world?.stop());

    it('succeeds, with two new pods Ready on the digest that was pushed', async () => {
      const { digest } = world.newImage;
      expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
      expect(ended.pods).toEqual([expect.objectContaining({ ready: true, digest }), expect.objectContaining({ ready: true, digest })]);
      expect(await liveDigests(world)).toEqual([digest]);
    });

    it('made one commit, of two lines', async () => {
      expect(await world.commits()).toEqual(['deploy(dev): inference-service 1.1.0']);
      expect(ended.commit?.sha).toBe(await world.head());
      expect(ended.attempts[0]?.attempt.commit?.changes.map(({ after }) => after)).toEqual(['  tag: "1.1.0"          # the release, by name', `  digest: ${world.newImage.digest}`]);
    });

    it('gave the claim back, and knows what runs there now', async () => {
      const { claim, current } = await world.targets.target(DEV);
      expect(claim).toMatchObject({ execution: null, generation: 1, digest: world.newImage.digest });
      expect(current).toMatchObject({ release: { tag: '1.1.0', digest: world.newImage.digest }, execution: ended.execution });
    });

    it('left one record with one attempt, and announced the end once', async () => {
      const history = await world.records.history(DEV, 10);
      expect(history).toHaveLength(1);
      expect(history[0]?.attempts).toEqual([expect.objectContaining({ outcome: 'succeeded', execution: ended.execution, warnings: [] })]);
      expect(announcements(world)).toEqual([expect.objectContaining({ ...DEV, outcome: 'succeeded', cause: null, execution: ended.execution, timings: ended.timings })]);
    });

    it('timed every stage: they sum to the total, and are metrics in the log', async () => {
      const { total, overhead, ...stages } = ended.timings;
      expect(Object.keys(stages)).toEqual(['queue', 'resolve', 'claim', 'commit', 'detect', 'sync', 'rollout', 'notice']);
      expect(Object.values(stages).reduce((sum, length) => sum + length, 0)).toBe(total);
      expect(overhead).toBe(total - (stages.sync ?? 0) - (stages.rollout ?? 0));
      expect(await measuredStages(world)).toEqual(ended.timings);
    });

    it('leaves no secret in history, logs, events, table and commits', async () => {
      expect(await secretsFound(world)).toEqual({});
    });
  });
}

function alreadyDeployed(start: StartScenarioWorld): void {
  describe('already-deployed: Git and the pods have the pushed image before it is pushed', () => {
    let world: DeployedWorld<ScenarioWorld>;
    let ended: Ended;

    beforeAll(async () => {
      world = await start('already-deployed');
      ended = await world.deploy(world.newImage);
    }, PATIENT);
    afterAll(() => world?.stop());

    it('succeeds without a commit or a sync', async () => {
      expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, commit: null });
      expect(await world.commits()).toEqual([]);
      expect((await applicationIn(world)).history).toHaveLength(1);
    });

    it('still proves the pods, and makes the release the current one', async () => {
      const { digest } = world.newImage;
      expect(ended.pods).toEqual([expect.objectContaining({ ready: true, digest }), expect.objectContaining({ ready: true, digest })]);
      expect((await world.targets.target(DEV)).current?.release.digest).toBe(digest);
      expect((await world.records.history(DEV, 10)).map(({ attempts }) => attempts.length)).toEqual([1]);
    });

    it('leaves no secret in history, logs, events, table and commits', async () => {
      expect(await secretsFound(world)).toEqual({});
    });
  });
}

function gitRace(start: StartScenarioWorld): void {
  describe('git-race: somebody else pushes to the same file at the same moment', () => {
    let world: DeployedWorld<ScenarioWorld>;
    let ended: Ended;

    beforeAll(async () => {
      world = await start('git-race');
      ended = await world.deploy(world.newImage);
    }, PATIENT);
    afterAll(() => world?.stop());

    it('keeps both changes, each in a commit of its own', async () => {
      expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
      expect(await world.commits()).toEqual(['Scale inference-service to 3', 'deploy(dev): inference-service 1.1.0']);
      const values = (await world.world.git.repository.readFiles('main', [VALUES_FILE]))[VALUES_FILE];
      expect(values).toContain('replicaCount: 3');
      expect(values).toContain('tag: "1.1.0"');
    });

    it('waits for as many pods as the other change asks for', () => {
      expect(ended.pods.map(({ ready, digest }) => ({ ready, digest }))).toEqual(Array.from({ length: 3 }, () => ({ ready: true, digest: world.newImage.digest })));
    });

    it('leaves no secret in history, logs, events, table and commits', async () => {
      expect(await secretsFound(world)).toEqual({});
    });
  });
}
