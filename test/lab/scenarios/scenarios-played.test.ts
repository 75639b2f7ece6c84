import { startWorldInLab } from '../../support/lab/lab-world.ts';
import { playScenario } from '../../support/sandbox/played-scenario.ts';
import { playedScenarios } from '../../support/scenarios/played.ts';

playedScenarios((name) => playScenario(startWorldInLab, name));
