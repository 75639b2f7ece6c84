import { callerArn } from '../../execution/caller.ts';
import { slipway } from '../by-hand.ts';
import { type Play, toldOf } from '../play.ts';
import { pushAndWatch, type Scene, tell } from '../scene.ts';

const [SERVICE, ENVIRONMENT, TARGET] = ['inference-service', 'dev', 'eu'] as const;
const REASON = 'Seen in the release notes';

/** A push waits; a person looks what waits, and approves it. */
export const approval: Play = async (scene) => {
  const waiting = Promise.withResolvers<boolean>();
  const watched = pushAndWatch(scene, scene.scenario.newImage, ({ status }) => status === 'waiting' && waiting.resolve(true));
  // An execution that ends without having waited leaves nothing to answer.
  const ended = watched.finally(() => waiting.resolve(false));
  const [report, answered] = await Promise.all([ended, waiting.promise.then((isWaiting) => (isWaiting ? approve(scene) : null))]);
  return toldOf(report, { json: { approval: answered } });
};

async function approve({ stores }: Scene): Promise<object> {
  const pending = await stores.approvals.pending({ service: SERVICE, environment: ENVIRONMENT, target: TARGET });
  tell(await slipway('approve'));
  tell(`${await slipway('approve', SERVICE, ENVIRONMENT, TARGET, '--reason', REASON)}\n`);
  return { requestedAt: pending?.requestedAt ?? null, expiresAt: pending?.expiresAt ?? null, by: await callerArn(), reason: REASON };
}
