import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObservedApplication } from '../../../src/domain/application.ts';
import { decideSync, freshMemory, type SyncDecision, type SyncMemory, type WantedSync } from '../../../src/domain/sync.ts';
import { anApplication, anOperation, aRevision } from '../../support/application.ts';

const OURS = aRevision('c');
const OTHER = aRevision('d');
const NOW = '2026-01-02T03:05:09.000Z';
const DEADLINE = '2026-01-02T03:15:00.000Z';
const COVERED = new Map([[OURS, true]]);
const KNOWN = new Map([[OURS, true], [OTHER, false]]);
const REPLACES = { covers: KNOWN, replaced: new Set([OTHER]) };
const AUTO = { prune: false };
const WHOLE = { runs: 'whole', images: 'Deployment web has web:2' } as const;
const PARTLY = { runs: 'partly', images: 'Deployment web has web:2, Deployment worker has web:1' } as const;
const NOT = { runs: 'not', images: 'Deployment web has web:1' } as const;
const COMPARISON_ERROR = { type: 'ComparisonError', message: 'app path does not exist' };
const WINDOW = { window: 'deny 0 22 * * * for 1h', until: '2026-01-02T23:00:00.000Z' };
const BLOCKED = { phase: 'Running', finishedAt: null, message: 'Sync operation blocked by sync window' } as const;

function wanted(overrides: Partial<WantedSync> = {}): WantedSync {
  const repository = { url: 'https://git.example.com/team/config.git', branch: 'main', aliases: [] };
  return { repository, committedAt: '2026-01-02T03:04:59.500Z', pushed: true, deadline: DEADLINE, edits: 'image.tag of envs/dev/values.yaml', ...overrides };
}

function aMemory(overrides: Partial<SyncMemory> = {}): SyncMemory {
  return { ...freshMemory(OURS, false), compared: true, ...overrides };
}

function decide(application: Partial<ObservedApplication>, memory: Partial<SyncMemory> = {}, now = NOW): SyncDecision {
  return decideSync(anApplication(application), wanted(), aMemory(memory), now);
}

type Case = readonly [name: string, application: Partial<ObservedApplication>, memory: Partial<SyncMemory>, expected: Partial<SyncDecision>];

const running = { phase: 'Running', finishedAt: null, message: 'waiting for completion of hook batch/Job/migrate' } as const;
const BEFORE = { revisions: [OTHER], startedAt: '2026-01-02T03:04:58Z' };
const HEALED = { automated: true, partial: true } as const;
const outOfSync = { status: 'OutOfSync', revisions: [OURS] } as const;

const CASES: readonly Case[] = [
  ['waits while a requested operation has not begun', { operationRequested: true, sync: outOfSync }, {}, { next: 'wait' }],
  ['looks at it again ten seconds after it was first seen', { operationRequested: true }, {}, { next: 'wait', recheckAt: '2026-01-02T03:05:19.000Z' }],
  ['asks Argo CD to compare when it has not begun by then: the request may be lost', { operationRequested: true }, { pendingSince: '2026-01-02T03:04:59.000Z' }, { next: 'refresh', how: 'normal', because: 'not-begun' }],
  ['asks that once', { operationRequested: true }, { pendingSince: '2026-01-02T03:04:59.000Z', refreshes: new Set(['not-begun']) }, { next: 'wait', recheckAt: DEADLINE }],
  ['waits for the requested operation although an ended one is still shown', { operationRequested: true, operation: anOperation() }, {}, { next: 'wait' }],
  ['reads the live template while an operation with our value runs', { operation: anOperation(running) }, {}, { next: 'read-live-template' }],
  ['waits for an operation that has not reported on anything: it has applied nothing', { operation: anOperation({ ...running, results: 0 }) }, {}, { next: 'wait' }],
  ['reads the live template once it has', { operation: anOperation({ ...running, results: 1 }) }, {}, { next: 'read-live-template' }],
  ['is applied while hooks still run', { operation: anOperation(running) }, { live: WHOLE }, { next: 'applied' }],
  ['waits for the end of a partial sync, which runs no hooks', { operation: anOperation({ ...running, ...HEALED }) }, { live: WHOLE }, { next: 'wait' }],
  ['asks for a whole sync where auto-sync has brought our commit by healing', { autoSync: AUTO, operation: anOperation(HEALED) }, {}, { next: 'request-sync' }],
  ['asks for it once', { autoSync: AUTO, operation: anOperation(HEALED) }, { syncRequested: true, live: WHOLE }, { next: 'applied' }],
  ['is applied where auto-sync heals after a whole sync', { operation: anOperation(HEALED), history: [{ revisions: [OURS], deployedAt: '2026-01-02T03:05:00Z' }] }, { live: WHOLE }, { next: 'applied' }],
  ['is applied where auto-sync healed before our commit', { operation: anOperation({ ...HEALED, startedAt: '2026-01-02T03:04:58Z' }) }, { live: WHOLE }, { next: 'applied' }],
  ['waits for a later wave while only some workloads have our value', { operation: anOperation(running) }, { live: PARTLY }, { next: 'wait' }],
  ['waits for an operation that has not changed the template yet', { operation: anOperation(running) }, { live: NOT }, { next: 'wait' }],
  ['takes a pending retry for running, whatever its finishedAt', { operation: anOperation({ phase: 'Running' }), sync: outOfSync }, { live: NOT }, { next: 'wait' }],
  ['asks whether an unknown revision of an operation has our value', { operation: anOperation({ ...running, revisions: [OTHER] }) }, {}, { next: 'read-revision', revision: OTHER }],
  ["waits for somebody else's operation", { operation: anOperation({ ...running, revisions: [OTHER] }) }, { covers: KNOWN }, { next: 'wait' }],
  ['waits while an operation is being terminated', { operation: anOperation({ ...running, phase: 'Terminating', revisions: [OTHER] }) }, { covers: KNOWN }, { next: 'wait' }],
  ['waits while the revision of an operation is a branch name', { operation: anOperation({ ...running, revisions: ['main'] }) }, {}, { next: 'wait' }],
  ['ends an operation that only brings a release which this one takes the place of', { operation: anOperation({ ...running, revisions: [OTHER] }) }, REPLACES, { next: 'terminate', operation: `2026-01-02T03:05:00Z ${OTHER}` }],
  ['ends it also while a window holds it, so that it does not come when that opens', { operation: anOperation({ ...BLOCKED, revisions: [OTHER] }) }, REPLACES, { next: 'terminate' }],
  ['ends it also while a retry is pending', { operation: anOperation({ phase: 'Running', revisions: [OTHER] }) }, REPLACES, { next: 'terminate' }],
  ['ends it once', { operation: anOperation({ ...running, revisions: [OTHER] }) }, { ...REPLACES, terminated: `2026-01-02T03:05:00Z ${OTHER}` }, { next: 'wait' }],
  ['ends the next one, whatever was ended before', { operation: anOperation({ ...running, revisions: [OTHER] }) }, { ...REPLACES, terminated: `2026-01-02T03:04:00Z ${OTHER}` }, { next: 'terminate' }],
  ['waits while the replaced operation is ending, whatever window holds it', { operation: anOperation({ ...BLOCKED, phase: 'Terminating', revisions: [OTHER] }) }, REPLACES, { next: 'wait' }],
  ['goes on once the replaced operation has ended', { operation: anOperation({ phase: 'Failed', message: 'Operation terminated', revisions: [OTHER] }), sync: outOfSync }, REPLACES, { next: 'request-sync' }],
  ['leaves the sync after a replaced operation to auto-sync', { autoSync: AUTO, operation: anOperation({ phase: 'Failed', message: 'Operation terminated', revisions: [OTHER] }), sync: outOfSync }, { ...REPLACES, window: { starter: 'auto-sync', closedBy: null } }, { next: 'wait' }],
  ['does not take a requested operation for the replaced one that is still shown', { operationRequested: true, operation: anOperation({ phase: 'Failed', revisions: [OTHER] }) }, REPLACES, { next: 'wait' }],
  ['asks for the window when one blocks a running operation', { operation: anOperation(BLOCKED) }, {}, { next: 'read-window', starter: 'request' }],
  ['asks for the window of auto-sync when that was blocked', { operation: anOperation({ ...BLOCKED, automated: true }) }, {}, { next: 'read-window', starter: 'auto-sync' }],
  ['ends errored at a closed window', { operation: anOperation(BLOCKED) }, { window: { starter: 'request', closedBy: WINDOW } }, { next: 'errored', error: 'RefusedError' }],
  ['waits when the window has opened again', { operation: anOperation(BLOCKED) }, { window: { starter: 'request', closedBy: null } }, { next: 'wait' }],

  ['reads the live template after an operation with our value', { operation: anOperation() }, {}, { next: 'read-live-template' }],
  ['is applied after an operation with our value', { operation: anOperation(), sync: outOfSync }, { live: WHOLE }, { next: 'applied' }],
  ['leaves a workload on an older image to the rollout once the operation has ended', { operation: anOperation() }, { live: PARTLY }, { next: 'applied' }],
  ['is applied by a sync in the history, whatever operation came after it', { operation: anOperation({ phase: 'Failed', revisions: [OTHER] }), history: [{ revisions: [OURS], deployedAt: '2026-01-02T03:04:59Z' }] }, { covers: KNOWN, live: WHOLE }, { next: 'applied' }],
  ['does not count a sync whose revision is unknown', { sync: outOfSync, history: [{ revisions: [], deployedAt: '2026-01-02T03:05:00Z' }] }, {}, { next: 'request-sync' }],
  ['does not count a sync from before our commit', { sync: { status: 'OutOfSync', revisions: [OURS] }, history: [{ revisions: [OURS], deployedAt: '2026-01-02T03:04:58Z' }] }, { live: WHOLE }, { next: 'request-sync' }],
  ['requests a sync after a partial one that left our workload out', { operation: anOperation(), sync: outOfSync }, { live: NOT }, { next: 'request-sync' }],
  ['refreshes once when its own sync did not bring the value', { operation: anOperation(), sync: outOfSync }, { live: NOT, syncRequested: true }, { next: 'refresh', how: 'normal', because: 'missing-value' }],

  ['requests a sync after a failed operation, with auto-sync off', { operation: anOperation({ phase: 'Failed' }), sync: outOfSync }, {}, { next: 'request-sync' }],
  ['requests a sync after a failed operation, with auto-sync on', { autoSync: AUTO, operation: anOperation({ phase: 'Failed', automated: true }), sync: outOfSync }, {}, { next: 'request-sync' }],
  ['fails after its one sync, naming what failed', { operation: anOperation({ phase: 'Failed', failures: ['Job migrate: BackoffLimitExceeded'] }) }, { syncRequested: true }, { next: 'failed', cause: 'Application inference-dev: Job migrate: BackoffLimitExceeded' }],
  ["fails with the operation's message where no resource is named", { operation: anOperation({ phase: 'Failed', message: 'one or more objects failed to apply' }) }, { syncRequested: true }, { next: 'failed', cause: 'Application inference-dev: one or more objects failed to apply' }],
  ['fails on an Error that a resource is to blame for', { operation: anOperation({ phase: 'Error', failures: ['Pod smoke: exit code 1'] }) }, { syncRequested: true }, { next: 'failed', cause: 'Application inference-dev: Pod smoke: exit code 1' }],
  ['ends errored on an Error of Argo CD itself', { operation: anOperation({ phase: 'Error', message: 'cluster unreachable' }) }, { syncRequested: true }, { next: 'errored', message: 'Argo CD could not sync Application inference-dev: cluster unreachable' }],
  ['does not count a failed operation of another revision', { operation: anOperation({ phase: 'Failed', revisions: [OTHER] }), sync: outOfSync }, { covers: KNOWN }, { next: 'request-sync' }],

  ['refreshes hard on a ComparisonError', { conditions: [COMPARISON_ERROR], sync: { status: 'Unknown', revisions: [OURS] } }, {}, { next: 'refresh', how: 'hard', because: 'comparison-error' }],
  ['ends errored on a ComparisonError that a hard refresh did not mend', { conditions: [COMPARISON_ERROR] }, { refreshes: new Set(['comparison-error'] as const) }, { next: 'errored', error: 'RefusedError' }],
  ['asks again later on a ComparisonError by which a server is away', { conditions: [{ type: 'ComparisonError', message: 'Failed to load target state: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.1:8081: connect: connection refused"' }] }, { refreshes: new Set(['comparison-error'] as const) }, { next: 'errored', error: 'UnavailableError' }],
  ['refreshes hard on an InvalidSpecError', { conditions: [{ type: 'SharedResourceWarning', message: '' }, { type: 'InvalidSpecError', message: 'repository not permitted' }] }, {}, { next: 'refresh', how: 'hard' }],
  ['blames a ComparisonError for an operation in Error', { conditions: [COMPARISON_ERROR], operation: anOperation({ phase: 'Error' }) }, { syncRequested: true }, { next: 'refresh', how: 'hard' }],

  ['waits for the first comparison', { sync: { status: 'Unknown', revisions: [] } }, {}, { next: 'wait' }],
  ['waits for the first comparison where the revision is empty', { sync: { status: 'Unknown', revisions: [''] } }, {}, { next: 'wait' }],
  ['asks whether the compared revision has our value', { sync: { status: 'Synced', revisions: [OTHER] } }, {}, { next: 'read-revision', revision: OTHER }],
  ['reads the live template when synced with nothing to apply', {}, {}, { next: 'read-live-template' }],
  ['is applied when synced and live, with nothing to apply', {}, { live: WHOLE }, { next: 'applied' }],
  ['refreshes once when synced but not live', {}, { live: NOT }, { next: 'refresh', how: 'normal', because: 'missing-value' }],
  ['ends errored when synced but not live after the refresh', {}, { live: NOT, refreshes: new Set(['missing-value'] as const) }, { next: 'errored', error: 'ConfigurationError' }],
  ['waits while the sync status is Unknown', { sync: { status: 'Unknown', revisions: [OURS] } }, {}, { next: 'wait' }],
  ['requests a sync when out of sync with auto-sync off', { sync: outOfSync }, {}, { next: 'request-sync' }],
  ['requests one sync only', { sync: outOfSync }, { syncRequested: true }, { next: 'wait' }],
  ['requests another where the one has synced the head before our commit', { sync: outOfSync, operation: anOperation({ revisions: [OTHER] }) }, { syncRequested: true, covers: KNOWN }, { next: 'request-sync' }],
  ['requests no other for an operation from before our commit', { sync: outOfSync, operation: anOperation(BEFORE) }, { syncRequested: true, covers: KNOWN }, { next: 'wait' }],
  ['asks for the window before it waits for auto-sync', { autoSync: AUTO, sync: outOfSync }, {}, { next: 'read-window', starter: 'auto-sync' }],
  ['waits for auto-sync when the window is open', { autoSync: AUTO, sync: outOfSync }, { window: { starter: 'auto-sync', closedBy: null } }, { next: 'wait' }],
  ['ends errored when a window keeps auto-sync from beginning', { autoSync: AUTO, sync: outOfSync }, { window: { starter: 'auto-sync', closedBy: WINDOW } }, { next: 'errored', error: 'RefusedError' }],

  ['asks the branch when the compared revision does not have our value', { sync: { status: 'Synced', revisions: [OTHER] } }, { covers: KNOWN }, { next: 'read-branch', compared: OTHER }],
  ['is superseded when the branch no longer has our value', { sync: { status: 'Synced', revisions: [OTHER] } }, { covers: KNOWN, branch: { compared: OTHER, carries: false } }, { next: 'superseded' }],
  ['asks the branch again for another compared revision', { sync: { status: 'Synced', revisions: [OTHER] } }, { covers: KNOWN, branch: { compared: OURS, carries: true } }, { next: 'read-branch' }],
  ['refreshes once when Argo CD has not seen our commit', { sync: { status: 'Synced', revisions: [OTHER] } }, { covers: KNOWN, branch: { compared: OTHER, carries: true } }, { next: 'refresh', how: 'normal', because: 'old-comparison' }],
  ['waits when Argo CD still compares an older commit', { sync: { status: 'Synced', revisions: [OTHER] } }, { covers: KNOWN, branch: { compared: OTHER, carries: true }, refreshes: new Set(['old-comparison'] as const) }, { next: 'wait' }],

  ['ends errored when the Application is being deleted', { deleting: true }, {}, { next: 'errored', message: 'Application inference-dev is being deleted' }],
  ['ends errored when no source follows our repository', { sources: [{ repoUrl: 'https://git.example.com/other.git', targetRevision: 'main' }] }, {}, { next: 'errored', error: 'ConfigurationError' }],
];

const NEWS = { compared: false } as const;
const UNSEEN = { status: 'Synced', revisions: [OTHER] } as const;

/** Before Argo CD has compared our commit, 10 s old at the most. */
const NEW_COMMITS: readonly Case[] = [
  ['requests a sync where auto-sync is off and nothing has happened since', { sync: UNSEEN }, NEWS, { next: 'request-sync' }],
  ['requests it whatever was synced before, without a look at that', { sync: UNSEEN, operation: anOperation(BEFORE), history: [{ revisions: [OTHER], deployedAt: BEFORE.startedAt }] }, NEWS, { next: 'request-sync' }],
  ['compares first where auto-sync is on', { autoSync: AUTO, sync: UNSEEN }, NEWS, { next: 'refresh', how: 'normal', because: 'new-commit' }],
  ['compares first while an operation runs', { operation: anOperation({ ...running, ...BEFORE }) }, NEWS, { next: 'refresh' }],
  ['compares first where one was requested', { operationRequested: true }, NEWS, { next: 'refresh' }],
  ['compares first where one has ended since', { operation: anOperation({ revisions: [OTHER] }) }, NEWS, { next: 'refresh' }],
  ['compares first where one since is in the history', { operation: anOperation(BEFORE), history: [{ revisions: [OTHER], deployedAt: '2026-01-02T03:05:00Z' }] }, NEWS, { next: 'refresh' }],
  ['compares first where the last comparison ended in an error', { conditions: [COMPARISON_ERROR] }, NEWS, { next: 'refresh', how: 'normal' }],
  ['refuses an Application that is being deleted', { deleting: true }, NEWS, { next: 'errored' }],
  ['judges by the operation alone once it is asked for', { sync: UNSEEN, operation: anOperation() }, { ...NEWS, syncRequested: true, live: WHOLE }, { next: 'applied' }],
  ['compares where the operation ended at a revision without our value', { sync: UNSEEN, operation: anOperation({ revisions: [OTHER] }) }, { ...NEWS, syncRequested: true, covers: KNOWN }, { next: 'refresh', because: 'new-commit' }],
  ['compares before it blames Argo CD for an Error', { sync: UNSEEN, operation: anOperation({ phase: 'Error' }) }, { ...NEWS, syncRequested: true }, { next: 'refresh', because: 'new-commit' }],
];

describe('decideSync, of a commit that is news', () => {
  it.each(NEW_COMMITS)('%s', (_name, application, memory, expected) => {
    expect(decide(application, memory)).toMatchObject(expected);
  });

  it.each([
    ['is older', wanted({ committedAt: '2026-01-02T03:04:59.499Z' })],
    ['was found there', wanted({ pushed: false })],
  ])('compares first a commit that %s', (_what, want) => {
    expect(decideSync(anApplication({ sync: UNSEEN }), want, aMemory(NEWS), '2026-01-02T03:05:09.500Z')).toMatchObject({ next: 'refresh', because: 'new-commit' });
  });
});

describe('decideSync', () => {
  it.each(CASES)('%s', (_name, application, memory, expected) => {
    expect(decide(application, memory)).toMatchObject(expected);
  });

  it('looks only at the source that follows our repository', () => {
    const sources = [{ repoUrl: 'https://charts.example.com', targetRevision: '1.2.3' }, { repoUrl: 'git@git.example.com:team/config', targetRevision: 'main' }];
    expect(decide({ sources, sync: { status: 'OutOfSync', revisions: ['1.2.3', OTHER] } })).toEqual({ next: 'read-revision', revision: OTHER });
    expect(decide({ sources, operation: anOperation({ revisions: ['1.2.3', OURS] }) })).toEqual({ next: 'read-live-template' });
  });

  it('prefers the source of our branch where one repository is two sources', () => {
    const repoUrl = 'https://git.example.com/team/config.git';
    const sources = [{ repoUrl, targetRevision: 'charts' }, { repoUrl, targetRevision: 'main' }];
    expect(decide({ sources, sync: { status: 'Synced', revisions: [OTHER, OURS] } })).toEqual({ next: 'read-live-template' });
  });

  it('names the image that is live and the key that the chart may not use', () => {
    expect(decide({}, { live: NOT, refreshes: new Set(['missing-value']) })).toMatchObject({
      message: 'Application inference-dev is synced with our value, but Deployment web has web:1; check that its chart uses image.tag of envs/dev/values.yaml',
    });
  });

  it('says until when a window is closed, if that is known', () => {
    const application = { operation: anOperation(BLOCKED) };
    expect(decide(application, { window: { starter: 'request', closedBy: WINDOW } })).toMatchObject({ message: expect.stringContaining('window closed until 2026-01-02T23:00:00.000Z') as string });
    expect(decide(application, { window: { starter: 'request', closedBy: { ...WINDOW, until: null } } })).toMatchObject({ message: expect.stringContaining('whose end could not be computed') as string });
  });

  it('ends errored at the deadline, naming the holder of the operation', () => {
    const operation = anOperation({ ...running, revisions: [OTHER], initiatedBy: 'alice' });
    expect(decide({ operation }, { covers: KNOWN }, DEADLINE)).toEqual({
      next: 'errored',
      error: 'RefusedError',
      message:
        'Application inference-dev was not synced in time: the operation that alice started at 2026-01-02T03:05:00Z at revision ddddddd still runs: waiting for completion of hook batch/Job/migrate; end what holds it up, then redrive',
    });
  });

  it.each([
    ['auto-sync', anOperation({ ...running, automated: true, initiatedBy: '', revisions: [] })],
    ['an unnamed user', anOperation({ ...running, initiatedBy: '', message: '', revisions: [] })],
  ])('names %s as the holder', (holder, operation) => {
    expect(decide({ operation }, {}, DEADLINE)).toMatchObject({ message: expect.stringContaining(`the operation that ${holder} started`) as string });
  });

  it('leaves it to the rollout when the deadline comes while a wave waits for the workloads that have our value', () => {
    expect(decide({ operation: anOperation(running) }, { live: PARTLY }, DEADLINE)).toEqual({ next: 'applied' });
  });

  it('names the deadline as the time to look again', () => {
    expect(decide({ operation: anOperation({ ...running, revisions: [OTHER] }) }, { covers: KNOWN })).toMatchObject({ next: 'wait', recheckAt: DEADLINE });
  });
});

describe('decideSync, for every case', () => {
  it('decides the same for the same input, and never asks for what it knows', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CASES, ...NEW_COMMITS), fc.boolean(), ([, application, memory], late) => {
        const now = late ? DEADLINE : NOW;
        const decision = decide(application, memory, now);
        expect(decide(application, memory, now)).toEqual(decision);
        if (late) expect(decision.next).not.toBe('wait');
        if (decision.next === 'read-revision') expect((memory.covers ?? COVERED).has(decision.revision)).toBe(false);
        if (decision.next === 'read-live-template') expect(memory.live ?? null).toBeNull();
        if (decision.next === 'refresh') expect(decision.because === 'new-commit' ? memory.compared : (memory.refreshes?.has(decision.because) ?? false)).toBe(false);
        if (decision.next === 'terminate') expect(memory.terminated ?? null).not.toBe(decision.operation);
        if (decision.next === 'request-sync' && memory.syncRequested === true) expect(application.operation?.revisions).toEqual([OTHER]);
      }),
    );
  });
});
