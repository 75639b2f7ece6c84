import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { untilSecondAfter } from '../../support/sandbox/executions.ts';
import { slipway } from '../../support/sandbox/operator.ts';
import { runningDigests } from '../../support/sandbox/traces.ts';

const SWEEP_DUE = 'slipway-sandbox-sweep-due';
const EXECUTIONS = 'arn:aws:states:eu-central-1:111122223333:execution:slipway-sandbox-deploy';
const LOST_EVENTS = 'arn:aws:sqs:eu-central-1:111122223333:slipway-sandbox-lost-events';

let world: DeployedWorld;
beforeAll(async () => {
  // No event reaches the state machine: what starts is started by somebody else.
  world = await startDeployedWorld('happy', {
    editTemplate(template) {
      const edited = structuredClone(template);
      const policies = edited.Resources['RuleRole']?.Properties['Policies'] as { PolicyDocument: { Statement: { Action: unknown }[] } }[];
      for (const { PolicyDocument } of policies) for (const statement of PolicyDocument.Statement) statement.Action = 'logs:PutLogEvents';
      return edited;
    },
  });
  // 1.0.0 was pushed as the world started, and the sweep goes by the second of a push.
  await untilSecondAfter(Date.now());
});
afterAll(() => world?.stop());

/** Lets the sweep come due, and waits for the executions that it starts. */
function sweep(): Promise<readonly string[]> {
  return world.executions.startedBy(async () => {
    world.world.aws.events.fire(SWEEP_DUE);
    await world.world.aws.events.settled();
  });
}

describe('a release whose event is lost', () => {
  it('is deployed by the next sweep, and by that one only', async () => {
    expect(await world.push(world.newImage)).toEqual([]);
    const [execution = '', ...others] = await sweep();
    expect(others).toEqual([]);
    expect(execution).toMatch(/:sweep_inference-service_dev_eu_/);
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(runningDigests(world)).toEqual([world.newImage.digest]);
    expect(await sweep()).toEqual([]);
    expect(await world.commits()).toEqual(['deploy(dev): inference-service 1.1.0']);
  }, 60_000);

  it('can be started from the dead-letter queue all the same, which then changes nothing', async () => {
    const { code, stdout } = await slipway(world, ['events', 'redrive', '--json']);
    const { events } = JSON.parse(stdout) as { readonly events: readonly { readonly execution: string; readonly status: string }[] };
    expect([code, events.map(({ status }) => status)]).toEqual([0, ['started']]);
    expect(await world.executions.ended(`${EXECUTIONS}:${events[0]?.execution}`)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', commit: null });
    expect(await world.commits()).toHaveLength(1);
    expect(await world.records.history(DEV, 10)).toHaveLength(1);
    await world.world.aws.events.settled();
    // Nothing comes after dev, so no success was announced in vain.
    expect(world.world.aws.queues.messages(LOST_EVENTS)).toHaveLength(0);
  }, 60_000);
});
