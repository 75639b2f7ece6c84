import { lookOf } from '../../output/terminal.ts';
import type { StormedEvents, StormedService } from './storm.ts';

/** What became of each service in the storm, for people. */
export function describeStorm(services: readonly StormedService[], { pushes, delivered, lost, repeated }: StormedEvents): string {
  const right = services.every((service) => service.right);
  const verdict = right ? 'Outcome: the newest is live everywhere; nothing was deployed twice or backwards' : `Outcome: wrong at ${services.filter((service) => !service.right).map(({ name }) => name).join(', ')}`;
  return [
    'Events',
    `  ${pushes} pushes: ${lost} events lost, ${repeated} repeated, so ${delivered} delivered, in another order`,
    '',
    'Services',
    ...services.flatMap(describeService),
    '',
    lookOf(process.stdout).paint(right ? 'green' : 'red', verdict),
  ].join('\n');
}

function describeService({ name, pushed, live, deployed, executions }: StormedService): readonly string[] {
  const ends = Object.entries(executions).map(([outcome, count]) => `${count} ${outcome}`);
  return [
    `  ${name}`,
    `    pushed      ${pushed.join(' ')}`,
    `    deployed    ${deployed.join(' ')}`,
    `    live        ${live.join(' ')}`,
    `    executions  ${ends.join(', ')}`,
  ];
}
