import type { DeploymentConcluded, Metrics } from '../../ports/events.ts';

export type MemoryMetrics = Metrics & { readonly measured: readonly DeploymentConcluded[] };

export function createMemoryMetrics(): MemoryMetrics {
  const measured: DeploymentConcluded[] = [];
  return {
    measured,
    concluded(event) {
      measured.push(event);
    },
  };
}
