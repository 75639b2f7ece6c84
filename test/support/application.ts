import type { LiveWorkload, ObservedApplication, ObservedOperation } from '../../src/domain/application.ts';

/** A commit of which every character is `character`. */
export function aRevision(character = 'c'): string {
  return character.repeat(40);
}

/** An Application that follows the repository of `anEnvironment`, synced at the revision given, with auto-sync off. */
export function anApplication(overrides: Partial<ObservedApplication> = {}): ObservedApplication {
  return {
    name: 'inference-dev',
    project: 'inference',
    deleting: false,
    sources: [{ repoUrl: 'https://git.example.com/team/config.git', targetRevision: 'main' }],
    destinationNamespace: 'inference',
    autoSync: null,
    sync: { status: 'Synced', revisions: [aRevision()] },
    health: 'Healthy',
    operationRequested: false,
    operation: null,
    history: [],
    conditions: [],
    ...overrides,
  };
}

/** An operation at our commit, begun after it, that succeeded. */
export function anOperation(overrides: Partial<ObservedOperation> = {}): ObservedOperation {
  return {
    phase: 'Succeeded',
    message: 'successfully synced (all tasks run)',
    startedAt: '2026-01-02T03:05:00Z',
    finishedAt: '2026-01-02T03:05:02Z',
    revisions: [aRevision()],
    automated: false,
    initiatedBy: 'proj:inference:slipway',
    infos: [],
    partial: false,
    failures: [],
    ...overrides,
  };
}

export function aLiveWorkload(image: string, overrides: Partial<LiveWorkload> = {}): LiveWorkload {
  return { kind: 'Deployment', namespace: 'inference-dev', name: 'inference-service', uid: 'uid-1', images: [image], ...overrides };
}
