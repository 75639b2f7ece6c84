import { storeToken } from '../../../sandbox/scenarios/troubles.ts';
import { skippedSteps } from '../../execution/skipped-steps.ts';
import { readHistory } from '../../follow-execution.ts';
import { outcomeLine } from '../../output/deployment.ts';
import { lookOf } from '../../output/terminal.ts';
import { showCommand, slipway } from '../by-hand.ts';
import { type Play, toldOf } from '../play.ts';
import { pushAndWatch, tell, watch } from '../scene.ts';

/** A deployment fails by a wrong token; the secret is mended, and the execution goes on. */
export const redrive: Play = async (scene) => {
  const { newImage, world } = scene.scenario;
  const { outcome, cause, execution } = (await pushAndWatch(scene, newImage)).summary;
  tell(`\n${outcomeLine(outcome, cause, lookOf(process.stderr))}`);
  const before = await readHistory(scene.client, execution);
  showCommand(`aws secretsmanager put-secret-value --secret-id slipway/argocd --secret-string '{"token":"…"}'`);
  await storeToken(world);
  const printed = await slipway('redrive', 'inference-service');
  const after = await readHistory(scene.client, execution);
  const skipped = skippedSteps(before.progress, after.progress.slice(before.progress.length));
  const report = await watch(scene, execution, () => undefined);
  return { ...toldOf(report, { json: { redrive: { failed: { outcome, cause }, skipped } } }), text: printed.trim() };
};
