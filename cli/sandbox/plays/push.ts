import { type Play, toldOf } from '../play.ts';
import { pushAndWatch } from '../scene.ts';

/** One push, and what became of it. */
export const push: Play = async (scene) => toldOf(await pushAndWatch(scene, scene.scenario.newImage));
