import { showCommand, slipway } from '../by-hand.ts';
import { type Play, toldOf } from '../play.ts';
import { tell, untilNextSecond, watchStarted } from '../scene.ts';
import { STAGE } from '../own-world.ts';

/** Nothing starts by the push; what the schedule starts every half hour is started now. */
export const lostEvent: Play = async (scene) => {
  const { newImage, push, world } = scene.scenario;
  await untilNextSecond();
  tell(`\nPushing inference-service:${newImage.tag} to ECR …\nIts event is lost: EventBridge starts nothing.`);
  await push(newImage);
  tell(await slipway('status', 'inference-service'));
  tell('\nThe sweep comes every 30 minutes; now it comes at once.');
  showCommand(`aws lambda invoke --function-name slipway-${STAGE}-sweep-releases /dev/stdout`);
  return toldOf(await watchStarted(scene, 'The sweep', async () => world.aws.events.fire(`slipway-${STAGE}-sweep-due`)));
};
