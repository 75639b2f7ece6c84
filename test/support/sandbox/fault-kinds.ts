import { CLUSTER } from '../../../sandbox/world.ts';
import { AwsError } from '../../../sandbox/aws/service.ts';
import { type Effect, isEffect, stepOf } from './fault-steps.ts';
import type { Fault, MakeFault, Scene } from './fault-site.ts';
import type { GatedRequest, Party, Verdict } from './gate.ts';

/** How long the party is away, in milliseconds as on AWS. */
export function outage(party: Party, lasts: number): MakeFault {
  return (scene) => ({
    cold: party === 'secrets' || party === 'eks',
    decide(request) {
      if (request.party !== party || scene.elapsed() >= lasts) return 'pass';
      scene.struck();
      return 'refuse';
    },
  });
}

/** The party asks to slow down for as long, in milliseconds as on AWS. */
export function throttledBy(party: Party, lasts: number): MakeFault {
  return (scene) => ({
    decide(request) {
      if (request.party !== party || scene.elapsed() >= lasts) return 'pass';
      scene.struck();
      return 'throttle';
    },
  });
}

/** Killed as it asks for the first time: nothing is done yet. */
export const killedBefore: MakeFault = (scene) => atFirstRequest(scene, () => (scene.kill(), 'refuse'));

/** Killed as the request of its effect arrives, which then takes place all the same. */
export function killedDuring(effect: Effect): MakeFault {
  return (scene) => atEffect(scene, effect, () => (scene.kill(), 'pass'));
}

/** Killed as soon as its effect was answered: it has heard that it succeeded, and can tell nobody. */
export function killedAfter(effect: Effect): MakeFault {
  return (scene) =>
    atEffect(scene, effect, (request) => {
      request.onAnswered(scene.kill);
      return 'pass';
    });
}

/** Killed before it asked anybody, for a step that asks nobody. */
export const killedAtOnce: MakeFault = (scene) => onceBefore(scene, () => void setImmediate(scene.kill));

/** The effect takes place, and the connection breaks before its answer. */
export function answerLost(effect: Effect): MakeFault {
  return (scene) => atEffect(scene, effect, () => 'lose-answer');
}

/** In a new container. */
export function cold(make: MakeFault): MakeFault {
  return (scene) => ({ ...make(scene), cold: true });
}

/** Its first request is never answered, so that its time runs out. */
export const timedOut: MakeFault = (scene) =>
  atFirstRequest(scene, () => {
    setTimeout(scene.timeOut, 100);
    return 'hang';
  });

/** For a step that asks nobody. */
export const timedOutAtOnce: MakeFault = (scene) => onceBefore(scene, scene.timeOut);

/** Lambda refuses to start it for as long, in milliseconds as on AWS. */
export function throttled(lasts: number): MakeFault {
  return (scene) => ({
    beforeInvocation() {
      if (scene.elapsed() >= lasts) return;
      scene.struck();
      throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
    },
  });
}

/** A person stops the execution while the step is at work. */
export const stopped: MakeFault = (scene) => onceBefore(scene, () => scene.world.executions.stop(scene.execution()));

/** A person stops the execution after the step, while another has not answered yet. */
export const stoppedWaiting: MakeFault = (scene) => {
  let done = false;
  return {
    begin: () => scene.approver?.pause(),
    afterInvocation() {
      if (done) return;
      done = true;
      scene.struck();
      void scene.world.executions.stop(scene.execution());
    },
    repair: () => scene.approver?.resume(),
  };
};

/** The network is cut after the first bytes of a stream: once, or each time. */
export function streamCut(stream: RegExp, times: number): MakeFault {
  return (scene) => {
    let cuts = 0;
    return {
      decide({ operation }) {
        if (!stream.test(operation) || cuts++ >= times) return 'pass';
        scene.struck();
        return 'cut';
      },
    };
  };
}

export type Credential = { readonly path: readonly string[]; readonly wrong: object; readonly right: (scene: Scene) => object };

export const GIT_PASSWORD: Credential = {
  path: ['git', 'config', 'credentials'],
  wrong: { username: 'slipway', password: 'old' },
  right: ({ world }) => world.world.git.credential,
};

export const GITEA_TOKEN: Credential = {
  path: ['git', 'config', 'credentials'],
  wrong: { token: 'old' },
  right: ({ forge }) => forge?.credential ?? {},
};

export const ARGOCD_TOKEN: Credential = {
  path: ['argocd', 'main', 'token'],
  wrong: { token: 'expired' },
  right: ({ world }) => ({ token: world.world.argocd.token('inference', 'slipway') }),
};

/** The secret holds what the server does not accept, from just before the step: earlier ones have read the right one. */
export function wrongCredential({ path, wrong, right }: Credential): MakeFault {
  return (scene) => {
    const secret = `slipway/${scene.tag}`;
    const put = (value: object): void => void scene.world.world.aws.secrets.putSecret(secret, JSON.stringify(value));
    const fault = onceBefore(scene, () => put(wrong));
    return {
      ...fault,
      async begin() {
        put(right(scene));
        await scene.apply((file) => file.setIn(path, secret));
      },
      repair: () => put(right(scene)),
    };
  };
}

/** The access entry of the role that reads clusters is deleted. */
export const accessEntryRemoved: MakeFault = (scene) => {
  const { aws } = scene.world.world;
  const principalArn = `arn:aws:iam::${aws.account.id}:role/slipway-${scene.world.world.stage}-cluster-reader`;
  return {
    ...onceBefore(scene, () => aws.eks.removeAccessEntry(CLUSTER, principalArn)),
    repair: () => aws.eks.addAccessEntry(CLUSTER, { principalArn, kubernetesGroups: ['slipway'] }),
  };
};

type Statement = { readonly Action: string | readonly string[] };

/** The statement that allows this action is taken out of the role of the step, and put back. */
export function rightMissing(action: string): MakeFault {
  return (scene) => {
    const { world: { aws, stage } } = scene.world;
    const { functionName, role = functionName } = stepOf(scene.step);
    const name = `slipway-${stage}-${role}`;
    const policies = aws.iam.policiesOf(name);
    const without = policies.map((policy) => {
      const document = policy.document as { readonly Statement: readonly Statement[] };
      return { ...policy, document: { ...document, Statement: document.Statement.filter(({ Action }) => ![Action].flat().includes(action)) } };
    });
    return { cold: true, ...onceBefore(scene, () => aws.iam.setPolicies(name, without)), repair: () => aws.iam.setPolicies(name, policies) };
  };
}

/** Strikes the first invocation of the step, and only that. */
function onceBefore(scene: Scene, strike: () => Promise<unknown> | void): Fault {
  let done = false;
  return {
    beforeInvocation() {
      if (done) return;
      done = true;
      scene.struck();
      return strike();
    },
  };
}

function atFirstRequest(scene: Scene, strike: (request: GatedRequest) => Verdict): Fault {
  return strikesOnce(scene, () => true, strike);
}

function atEffect(scene: Scene, effect: Effect, strike: (request: GatedRequest) => Verdict): Fault {
  return strikesOnce(scene, isEffect(effect), strike);
}

function strikesOnce(scene: Scene, isIt: (request: GatedRequest) => boolean, strike: (request: GatedRequest) => Verdict): Fault {
  let done = false;
  return {
    decide(request) {
      if (done || !isIt(request)) return 'pass';
      done = true;
      scene.struck();
      return strike(request);
    },
  };
}
