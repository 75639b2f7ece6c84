import { imageOf } from '../../../sandbox/scenarios/image.ts';
import type { Progress } from '../../execution/progress.ts';
import { EXIT } from '../../exit.ts';
import { outcomeLine } from '../../output/deployment.ts';
import { progressLine } from '../../output/progress.ts';
import { lookOf } from '../../output/terminal.ts';
import type { ExecutionReport } from '../../report.ts';
import { type Play, toldOf } from '../play.ts';
import { inputOf, type Scene, tell, untilNextSecond, untilQuiet, watch } from '../scene.ts';

type Ended = { readonly tag: string; readonly report: ExecutionReport };

/** Two pushes, one right after the other: the newer one is live at the end. */
export const superseded: Play = async (scene) => {
  const { newImage, push } = scene.scenario;
  // Of two pushes of one second the greater digest counts as the newer: here it is the second one's.
  const newest = imageOf('1.2.0');
  await untilNextSecond();
  tell(`\nPushing inference-service:${newImage.tag} and inference-service:${newest.tag} to ECR …\n`);
  const begunAt = Date.now();
  await push(newImage);
  await push(newest);
  const ended = await watchAll(scene, begunAt);
  const live = ended.find(({ report }) => report.summary.outcome === 'succeeded' && report.attempts.some(({ release }) => release.digest === newest.digest));
  const shown = live ?? ended.at(-1);
  if (shown === undefined) throw new Error('The pushes started no execution.');
  const told = toldOf(shown.report, {
    json: { executions: ended.map(({ tag, report: { summary } }) => ({ tag, outcome: summary.outcome, cause: summary.cause, execution: summary.execution })) },
    text: `Executions\n${ended.map(({ tag, report: { summary } }) => `  ${tag}  ${outcomeLine(summary.outcome, summary.cause, lookOf(process.stdout))}`).join('\n')}`,
  });
  return { ...told, code: live === undefined ? EXIT.failed : EXIT.succeeded };
};

async function watchAll(scene: Scene, begunAt: number): Promise<readonly Ended[]> {
  const watched = new Map<string, Promise<Ended | null>>();
  await untilQuiet(scene, (executionArn) => {
    if (!watched.has(executionArn)) watched.set(executionArn, watchTagged(scene, executionArn, begunAt));
  });
  return (await Promise.all(watched.values())).filter((ended) => ended !== null);
}

/** Steps of several executions at once are told with the tag before them. */
async function watchTagged(scene: Scene, executionArn: string, begunAt: number): Promise<Ended | null> {
  const input = await inputOf(scene, executionArn);
  if (input === null) return null;
  const tag = input.tag ?? '';
  const heard = (progress: Progress): void => tell(`${tag}  ${progressLine(progress, begunAt, lookOf(process.stderr))}`);
  return { tag, report: await watch(scene, executionArn, heard) };
}
