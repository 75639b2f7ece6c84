import { startWorld } from '../../../sandbox/world.ts';
import { PLAYED, playScenario } from '../../support/sandbox/played-scenario.ts';
import { playedScenarios } from '../../support/scenarios/played.ts';

// The storm takes as long as all others: it has a file of its own, storm-played.test.ts, to run beside them.
playedScenarios((name) => playScenario(startWorld, name), PLAYED.filter((name) => name !== 'storm'));
