import { describe, expect, it } from 'vitest';
import type { ScenarioOptions } from '../../../sandbox/scenarios/start-scenario.ts';
import { type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';

type Template = Parameters<NonNullable<ScenarioOptions['editTemplate']>>[0];
type Statement = { Action: string | string[]; Resource: unknown };

/** Takes actions out of a role's policies, as a template does that somebody has tightened by hand. */
function without(role: string, ...actions: string[]) {
  return (template: Template): Template => {
    const edited = structuredClone(template);
    const policies = edited.Resources[role]?.Properties['Policies'] as { PolicyDocument: { Statement: Statement[] } }[];
    const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    const named = statements.filter((statement) => [statement.Action].flat().some((action) => actions.includes(action)));
    expect(named).not.toEqual([]);
    for (const statement of named) {
      const kept = [statement.Action].flat().filter((action) => !actions.includes(action));
      statement.Action = kept.length === 0 ? ['logs:PutLogEvents'] : kept;
    }
    return edited;
  };
}

async function inWorld(editTemplate: ReturnType<typeof without>, look: (world: DeployedWorld) => Promise<void>): Promise<void> {
  const world = await startDeployedWorld('happy', { editTemplate });
  try {
    await look(world);
  } finally {
    await world.stop();
  }
}

/** AWS's own words, where an operator looks for them. */
const refusal = (role: string, action: string, resource: string) =>
  `User: arn:aws:sts::111122223333:assumed-role/slipway-sandbox-${role} is not authorized to perform: ${action} on resource: arn:aws:${resource} because no identity-based policy allows the ${action} action`;

describe.concurrent('without a permission', () => {
  it('to start executions, the event waits in the dead-letter queue with the reason', async () => {
    await inWorld(without('RuleRole', 'states:StartExecution'), async (world) => {
      expect(await world.push(world.newImage)).toEqual([]);
      const [message, ...others] = world.world.aws.queues.messages('arn:aws:sqs:eu-central-1:111122223333:slipway-sandbox-lost-events');
      expect(others).toEqual([]);
      expect(JSON.parse(message?.body ?? '')).toMatchObject({ 'detail-type': 'ECR Image Action', detail: { 'image-tag': '1.1.0' } });
      expect(message?.attributes).toEqual({
        RULE_ARN: 'arn:aws:events:eu-central-1:111122223333:rule/slipway-sandbox-image-pushed',
        TARGET_ARN: 'arn:aws:states:eu-central-1:111122223333:stateMachine:slipway-sandbox-deploy',
        ERROR_CODE: 'NO_PERMISSIONS',
        ERROR_MESSAGE: refusal('rule/rule', 'states:StartExecution', 'states:eu-central-1:111122223333:stateMachine:slipway-sandbox-deploy'),
      });
    });
  });

  it('to write the claim, the target is errored and the branch untouched', async () => {
    await inWorld(without('ClaimTargetRole', 'dynamodb:UpdateItem'), async (world) => {
      const said = refusal('claim-target/slipway-sandbox-claim-target', 'dynamodb:UpdateItem', 'dynamodb:eu-central-1:111122223333:table/slipway-sandbox');
      const cause = `ForbiddenError: Cannot UpdateItem item service#inference-service target#dev/eu of table slipway-sandbox: AccessDeniedException: ${said}; allow dynamodb:UpdateItem in the role's policy.`;
      expect(await world.deploy(world.newImage)).toMatchObject({ status: 'FAILED', outcome: 'errored', cause });
      expect(await world.commits()).toEqual([]);
    });
  });

  it('to describe the cluster, or to publish the end, the record says the one and the execution the other', async () => {
    const edit = (template: Template): Template => without('ConcludeDeploymentRole', 'events:PutEvents')(without('ClusterReaderRole', 'eks:DescribeCluster')(template));
    await inWorld(edit, async (world) => {
      const ended = await world.deploy(world.newImage);
      const onCluster = refusal('cluster-reader/slipway-sandbox-check-access', 'eks:DescribeCluster', 'eks:eu-central-1:111122223333:cluster/sandbox');
      const onBus = refusal('conclude-deployment/slipway-sandbox-conclude-deployment', 'events:PutEvents', 'events:eu-central-1:111122223333:event-bus/default');
      expect(ended).toMatchObject({ status: 'FAILED', outcome: 'errored' });
      expect(ended.cause).toBe(`ForbiddenError: Cannot describe EKS cluster sandbox in eu-central-1: AccessDeniedException: ${onCluster}; allow eks:DescribeCluster in the role's policy.`);
      expect(ended.said).toBe(
        `1 of 1 targets did not get the release. inference-service/dev/eu errored: its conclusion could not be recorded: ForbiddenError: Cannot publish the conclusion of inference-service/dev/eu: AccessDeniedException: ${onBus}; allow events:PutEvents in the role's policy.`,
      );
    });
  });

  it('to invoke a function, the execution fails with the reason after a few retries', async () => {
    await inWorld(without('StateMachineRole', 'lambda:InvokeFunction'), async (world) => {
      const said = refusal('state-machine/execution', 'lambda:InvokeFunction', 'lambda:eu-central-1:111122223333:function:slipway-sandbox-resolve-release');
      expect(await world.deploy(world.newImage)).toMatchObject({ status: 'FAILED', outcome: 'errored', cause: said, said });
    });
  }, 60_000);
});
