import { failingScenarios } from '../../support/scenarios/failing.ts';
import { startDeployedWorld } from '../../support/sandbox/deployed-world.ts';

failingScenarios(startDeployedWorld);
