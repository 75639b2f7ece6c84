import { INFERENCE } from '../../../sandbox/scenarios/sample-services.ts';
import { outcomeLine, podLine } from '../../output/deployment.ts';
import { lookOf } from '../../output/terminal.ts';
import type { ReportedAttempt } from '../../report.ts';
import { slipway } from '../by-hand.ts';
import { livePods } from '../live-pods.ts';
import { type Play, toldOf } from '../play.ts';
import { pushAndWatch, tell, untilNextSecond, watchStarted } from '../scene.ts';

/** Tag under which the same image is pushed once more. */
const AGAIN = '1.1.0-again';

/** A bad image is rolled back by itself; pushed again, it stays out. */
export const rollback: Play = async (scene) => {
  const { oldImage, newImage, addTag } = scene.scenario;
  tell('\nA rollback goes back to what has succeeded here, so Slipway is told what runs.');
  tell((await slipway('deploy', INFERENCE.name, '--tag', oldImage.tag)).trimEnd().split('\n').at(-1) ?? '');
  // A push of the second in which that was asked for would be older.
  await untilNextSecond();
  const report = await pushAndWatch(scene, newImage);
  const pods = await livePods(scene, INFERENCE.application);
  tell(`\nPushing the same image again as ${INFERENCE.name}:${AGAIN} …`);
  const { outcome, cause, execution } = (await watchStarted(scene, 'EventBridge', () => addTag(newImage, AGAIN))).summary;
  const look = lookOf(process.stdout);
  return toldOf(report, {
    json: { rollback: { ...wayBack(report.attempts[0]), pods, again: { tag: AGAIN, outcome, cause, execution } } },
    text: ['Pods after the rollback', ...pods.map((pod) => podLine(pod, look)), '', `The same image again, as ${INFERENCE.name}:${AGAIN}`, outcomeLine(outcome, cause, look)].join('\n'),
  });
};

function wayBack(reported: ReportedAttempt | undefined): object {
  const { tag = null, digest = null, took = null, commit = null } = reported?.attempt.rollback ?? {};
  return { tag, digest, took, commit: commit === null ? null : { sha: commit.revision, url: commit.url } };
}
