import type { ScenarioName } from '../../../sandbox/scenarios/names.ts';
import type { Play } from '../play.ts';
import { approval } from './approval.ts';
import { lostEvent } from './lost-event.ts';
import { push } from './push.ts';
import { redrive } from './redrive.ts';
import { rollback } from './rollback.ts';
import { storm } from './storm.ts';
import { superseded } from './superseded.ts';

/** What happens in each scenario; where nothing is named, one push. */
const PLAYS: Readonly<Partial<Record<ScenarioName, Play>>> = { rollback, superseded, 'lost-event': lostEvent, approval, redrive, storm };

export function playOf(name: ScenarioName): Play {
  return PLAYS[name] ?? push;
}
