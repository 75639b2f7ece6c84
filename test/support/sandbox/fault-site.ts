import type { Document } from 'yaml';
import { AwsError } from '../../../sandbox/aws/service.ts';
import type { InvocationResult } from '../../../sandbox/aws/lambda/lambda.ts';
import type { Approver } from './approver.ts';
import type { DeployedWorld } from './deployed-world.ts';
import type { Faults } from './faults.ts';
import { meanWaits, type StepName, stepOf } from './fault-steps.ts';
import type { ForgeInWorld } from './forge.ts';
import { type GatedRequest, startGate, type Verdict } from './gate.ts';
import type { Workload } from './smoke-target.ts';
import type { WayToDeploy } from './ways-to-deploy.ts';

/** What a fault knows of the cell that it strikes in. */
export type Scene = {
  readonly world: DeployedWorld;
  readonly step: StepName;
  readonly tag: string;
  /** Null where nobody is asked. */
  readonly approver: Approver | null;
  /** Where releases are proposed; null where they are committed. */
  readonly forge: ForgeInWorld | null;
  /** Applies `slipway.yaml` with one more change. */
  readonly apply: (edit: (file: Document) => void) => Promise<void>;
  /** The fault has struck: a cell in which it never does proves nothing. */
  readonly struck: () => void;
  /** The execution whose step is at work. */
  readonly execution: () => string;
  /** Ends the function at work as if its runtime had died. */
  readonly kill: () => void;
  /** Ends the function at work as if its time were up: a minute or more on AWS, which nobody waits for here. */
  readonly timeOut: () => void;
  /**
   * Milliseconds since the fault first struck, as they would have passed on AWS: the state machine's waits, of which a hundredth is
   * waited here, count as long as they are there on average.
   */
  readonly elapsed: () => number;
};

/** What goes wrong while one step is at work. */
export type Fault = {
  /** Before the release is pushed. */
  readonly begin?: () => Promise<void> | void;
  /** Before each invocation, whose answer waits for it. @throws what the state machine is to see of it */
  readonly beforeInvocation?: () => Promise<unknown> | void;
  /** After each invocation that ended well. */
  readonly afterInvocation?: () => void;
  /** The step begins in a new container: a warm one has read its secrets and found its cluster. */
  readonly cold?: boolean;
  readonly decide?: (request: GatedRequest) => Verdict;
  readonly repair?: () => Promise<void> | void;
};

export type MakeFault = (scene: Scene) => Fault;

export type SiteFacts = WayToDeploy & {
  /** What goes wrong with pods. */
  readonly pods: Faults;
  /** Whose Deployment is looked at. */
  readonly application: string;
  /** Who approves or merges releases; null where nobody is asked. */
  readonly approver: Approver | null;
  /** What `slipway.yaml` says otherwise than the sample's. */
  readonly editFile: (file: Document) => void;
  /** What the smoke check asks; null where there is none. */
  readonly workload: Workload | null;
  /** Where releases are proposed; null where they are committed. */
  readonly forge: ForgeInWorld | null;
};

/** A world in which one fault at a time strikes one step. */
export type FaultSite = SiteFacts & {
  readonly world: DeployedWorld;
  /** Lets the fault strike the step from now on, until it is repaired. */
  arm(step: StepName, tag: string, make: MakeFault): Promise<Armed>;
  /** Resolves when AWS has done what functions asked it for. */
  readonly answered: () => Promise<void>;
  /** The same, and everything that this started has ended. */
  readonly settled: () => Promise<void>;
  stop(): Promise<void>;
};

export type Armed = { strikes(): number; repair(): Promise<void> };

type AtWork = { readonly execution: string; readonly timeOut: () => void };

type Current = { readonly step: StepName; readonly fault: Fault; failed(error: string): void; cooled: boolean; atWork: AtWork | null };

const TIMED_OUT = new Error('timed out by the test');

export function faultSite(world: DeployedWorld, facts: SiteFacts): FaultSite {
  const { lambda } = world.world.aws;
  const prefix = `slipway-${world.world.stage}-`;
  let current: Current | null = null;

  const gate = startGate(world.world, (request) => (current?.atWork ? (current.fault.decide?.(request) ?? 'pass') : 'pass'), { smoke: facts.workload?.url, git: facts.forge?.url });
  const struck = <Call extends Invocation>(invoke: Invoke<Call>): Invoke<Call> => (call) => {
    const isArmed = current !== null && call.functionArn.endsWith(`:${prefix}${stepOf(current.step).functionName}`);
    return isArmed && current !== null ? struckInvocation(invoke, call, current) : invoke(call);
  };
  lambda.invoke = struck(lambda.invoke.bind(lambda));
  lambda.invokeFromRule = struck(lambda.invokeFromRule.bind(lambda));

  return {
    ...facts,
    world,
    async arm(step, tag, make) {
      const meanWait = meanWaits(step);
      let [strikes, since, waited] = [0, 0, 0];
      const scene: Scene = {
        world,
        step,
        tag,
        approver: facts.approver,
        forge: facts.forge,
        apply: (edit) =>
          world.apply((file) => {
            facts.editFile(file);
            edit(file);
          }),
        struck() {
          if (strikes === 0) since = performance.now();
          strikes += 1;
        },
        execution: () => current?.atWork?.execution ?? '',
        kill: () => void lambda.kill(`${prefix}${stepOf(step).functionName}`),
        timeOut: () => current?.atWork?.timeOut(),
        elapsed: () => (strikes === 0 ? 0 : performance.now() - since + waited),
      };
      const fault = make(scene);
      await fault.begin?.();
      current = { step, fault, failed: (error) => void (waited += strikes === 0 ? 0 : meanWait(error)), cooled: false, atWork: null };
      return {
        strikes: () => strikes,
        async repair() {
          current = null;
          await fault.repair?.();
        },
      };
    },
    answered: () => gate.settled(),
    async settled() {
      await gate.settled();
      await world.executions.settled();
    },
    async stop() {
      gate.stop();
      await (facts.forge ?? world).stop();
      await facts.workload?.stop();
    },
  };
}

/** By the state machine, or by a rule. */
type Invocation = { readonly functionArn: string; readonly payload: string; readonly signal?: AbortSignal };
type Invoke<Call> = (call: Call) => Promise<InvocationResult>;

async function struckInvocation<Call extends Invocation>(invoke: Invoke<Call>, invocation: Call, current: Current): Promise<InvocationResult> {
  await cool(invoke, invocation, current);
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, ...(invocation.signal ? [invocation.signal] : [])]);
  const { execution = '' } = JSON.parse(invocation.payload) as { readonly execution?: string };
  current.atWork = { execution, timeOut: () => ending.abort(TIMED_OUT) };
  try {
    const begun = current.fault.beforeInvocation?.();
    const result = await invoke({ ...invocation, signal });
    await begun;
    if (result.error !== null) current.failed(result.error.errorType);
    else current.fault.afterInvocation?.();
    return result;
  } catch (error) {
    if (error instanceof AwsError) current.failed(`Lambda.${error.code}`);
    if (error !== TIMED_OUT) throw error;
    current.failed('Sandbox.Timedout');
    return timedOut();
  } finally {
    current.atWork = null;
  }
}

/** An invocation that is broken off takes its container with it. */
async function cool<Call extends Invocation>(invoke: Invoke<Call>, invocation: Call, current: Current): Promise<void> {
  if (current.cooled || current.fault.cold !== true) return;
  current.cooled = true;
  const breaking = new AbortController();
  const broken = invoke({ ...invocation, signal: breaking.signal }).catch(() => undefined);
  breaking.abort(TIMED_OUT);
  await broken;
}

function timedOut(): InvocationResult {
  const error = { errorType: 'Sandbox.Timedout', errorMessage: 'RequestId: test Error: Task timed out after 280.00 seconds' };
  return { requestId: 'test', payload: JSON.stringify(error), error };
}
