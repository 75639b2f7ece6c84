import { beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../src/domain/errors.ts';
import type { DeploymentConcluded, Events } from '../../src/ports/events.ts';
import { aRelease } from '../support/release.ts';

export type EventsWorld = { readonly events: Events; published(): readonly unknown[]; fail(): void };

export function aConclusion(overrides: Partial<DeploymentConcluded> = {}): DeploymentConcluded {
  return {
    service: 'inference-service',
    environment: 'dev',
    target: 'eu',
    release: aRelease(),
    outcome: 'succeeded',
    cause: null,
    timings: { queue: 900, rollout: 4_000, total: 4_900, overhead: 900 },
    execution: 'arn:aws:states:eu-central-1:111122223333:execution:slipway:one',
    concludedAt: '2026-01-02T03:05:00.000Z',
    promotes: false,
    ...overrides,
  };
}

export function eventsContract(name: string, open: () => EventsWorld): void {
  describe(`Events: ${name}`, () => {
    let world: EventsWorld;
    beforeEach(() => {
      world = open();
    });

    it('publishes a conclusion as it was given', async () => {
      await world.events.concluded(aConclusion());
      await world.events.concluded(aConclusion({ outcome: 'failed', cause: 'pod web-1: CrashLoopBackOff' }));
      expect(world.published()).toEqual([aConclusion(), aConclusion({ outcome: 'failed', cause: 'pod web-1: CrashLoopBackOff' })]);
    });

    it('throws when the bus took the call but not the event', async () => {
      world.fail();
      const publishing = world.events.concluded(aConclusion());
      await expect(publishing).rejects.toThrow(UnavailableError);
      await expect(publishing).rejects.toThrow('inference-service/dev/eu');
      expect(world.published()).toEqual([]);
    });
  });
}
