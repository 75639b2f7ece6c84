import { startWorld } from '../../../sandbox/world.ts';
import { playScenario } from '../../support/sandbox/played-scenario.ts';
import { playedScenarios } from '../../support/scenarios/played.ts';

playedScenarios((name) => playScenario(startWorld, name), ['storm']);
