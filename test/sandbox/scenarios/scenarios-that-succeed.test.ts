import { startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { succeedingScenarios } from '../../support/scenarios/succeeding.ts';

succeedingScenarios(startDeployedWorld);
