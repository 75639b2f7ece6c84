import { startWorldInLab } from '../../support/lab/lab-world.ts';
import { startDeployedWorldIn } from '../../support/sandbox/deployed-world.ts';
import { failingScenarios } from '../../support/scenarios/failing.ts';

failingScenarios((name) => startDeployedWorldIn(startWorldInLab, name));
