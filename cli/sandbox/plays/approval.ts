import { callerArn } from '../../execution/caller.ts';
import { slipway } from '../by-hand.ts';
import { type Play, toldOf } from '../play.ts';
import { pushAndWatch, tell } from '../scene.ts';

const PLACE = ['inference-service', 'dev', 'eu'] as const;
const REASON = 'Seen in the release notes';

/** A push waits; a person looks what waits, and approves it. */
export const approval: Play = async (scene) => {
  const waiting = Promise.withResolvers<void>();
  const report = pushAndWatch(scene, scene.scenario.newImage, ({ status }) => status === 'waiting' && waiting.resolve());
  // An execution that ends before it waits has nothing to be answered.
  const isWaiting = await Promise.race([waiting.promise.then(() => true), report.then(() => false)]);
  if (!isWaiting) return toldOf(await report);
  const [service, environment, target] = PLACE;
  const pending = await scene.stores.approvals.pending({ service, environment, target });
  tell(await slipway('approve'));
  tell(`${await slipway('approve', ...PLACE, '--reason', REASON)}\n`);
  return toldOf(await report, { json: { approval: { requestedAt: pending?.requestedAt ?? null, expiresAt: pending?.expiresAt ?? null, by: await callerArn(), reason: REASON } } });
};
