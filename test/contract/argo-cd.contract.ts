import { describe } from 'vitest';
import { accessCases } from './argo-cd-access.contract.ts';
import { readingCases } from './argo-cd-reading.contract.ts';
import { syncingCases } from './argo-cd-syncing.contract.ts';
import { watchingCases } from './argo-cd-watching.contract.ts';
import { givenBy, type NotSimulated, type StartArgoCdWorld } from './argo-cd-world.contract.ts';

/** What every Argo CD does, each case in a world of its own and at the same time as others. */
export function argoCdContract(name: string, start: StartArgoCdWorld, notSimulated: readonly NotSimulated[] = []): void {
  describe(`ArgoCd: ${name}`, { concurrent: true }, () => {
    const given = givenBy(start);
    readingCases(given);
    watchingCases(given, notSimulated);
    syncingCases(given);
    accessCases(given, notSimulated);
  });
}
