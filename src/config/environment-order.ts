import type { Problem } from './problem.ts';
import type { EnvironmentEntry } from './slipway-file.ts';

type Environments = Readonly<Record<string, EnvironmentEntry>>;

/** What is wrong with the order in which releases go through a service's environments: an `after` that leads nowhere, or in a circle. */
export function environmentOrderProblems(environments: Environments, path: Problem['path']): readonly Problem[] {
  const inKnownCircle = new Set<string>();
  return Object.entries(environments).flatMap(([name, { after }]): Problem[] => {
    if (after === undefined) return [];
    const key = [...path, name, 'after'];
    if (!Object.hasOwn(environments, after)) {
      return [{ path: key, message: `${after} is not an environment of this service; there is ${Object.keys(environments).join(', ')}` }];
    }
    const circle = inKnownCircle.has(name) ? null : circleFrom(name, environments);
    if (circle === null) return [];
    for (const member of circle) inKnownCircle.add(member);
    return [{ path: key, message: `goes in a circle: ${[...circle, name].join(' after ')}; one of them comes first` }];
  });
}

/** The environments from `start` back to itself; null when the way ends, or runs into a circle that `start` is no part of. */
function circleFrom(start: string, environments: Environments): readonly string[] | null {
  const passed = [start];
  for (let next = environments[start]?.after; next !== undefined; next = environments[next]?.after) {
    if (next === start) return passed;
    if (passed.includes(next)) return null;
    passed.push(next);
  }
  return null;
}
