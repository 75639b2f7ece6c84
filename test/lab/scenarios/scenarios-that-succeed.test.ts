import { startWorldInLab } from '../../support/lab/lab-world.ts';
import { startDeployedWorldIn } from '../../support/sandbox/deployed-world.ts';
import { succeedingScenarios } from '../../support/scenarios/succeeding.ts';

succeedingScenarios((name) => startDeployedWorldIn(startWorldInLab, name));
