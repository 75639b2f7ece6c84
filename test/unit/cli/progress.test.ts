import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { createProgressReader, type Progress } from '../../../cli/execution/progress.ts';

const EU = { service: 'inference-service', environment: 'dev', target: 'eu' };
const US = { ...EU, target: 'us' };

let id = 0;
function anEvent(previous: HistoryEvent | null, event: Partial<HistoryEvent>): HistoryEvent {
  return { type: 'TaskStarted', ...event, id: ++id, previousEventId: previous?.id ?? 0, timestamp: new Date(id) };
}

const entered = (name: string, previous: HistoryEvent | null = null) => anEvent(previous, { type: 'TaskStateEntered', stateEnteredEventDetails: { name } });
const scheduled = (previous: HistoryEvent, deployment?: object, payload: object = {}) =>
  anEvent(previous, { type: 'TaskScheduled', taskScheduledEventDetails: { resourceType: 'lambda', resource: 'invoke', region: 'eu-central-1', parameters: JSON.stringify({ FunctionName: 'f', Payload: { deployment, ...payload } }) } });
const failed = (previous: HistoryEvent, error: string, message: string) =>
  anEvent(previous, { type: 'TaskFailed', taskFailedEventDetails: { resourceType: 'lambda', resource: 'invoke', error, cause: JSON.stringify({ errorMessage: message }) } });
const exited = (previous: HistoryEvent, name: string, assigned: Record<string, unknown> = {}, output: unknown = {}) =>
  anEvent(previous, {
    type: 'TaskStateExited',
    stateExitedEventDetails: { name, output: JSON.stringify(output), assignedVariables: Object.fromEntries(Object.entries(assigned).map(([key, value]) => [key, JSON.stringify(value)])) },
  });

/** What is told of events that arrive together, and of those that come a look later; that work was to do goes without saying. */
function told(...looks: readonly (readonly HistoryEvent[])[]): readonly (readonly Partial<Progress>[])[] {
  const reader = createProgressReader();
  return looks.map((events) => reader.read(events).map(({ at: _at, foundDone, ...progress }) => (foundDone ? { ...progress, foundDone } : progress)));
}

describe('the progress of an execution', () => {
  it('tells a step as it ends, with its target and its status', () => {
    const enter = entered('CommitRelease');
    const schedule = scheduled(enter, EU);
    expect(told([enter, schedule], [exited(schedule, 'CommitRelease', { status: 'committed', deployment: EU })])).toEqual([
      [],
      [{ state: 'CommitRelease', target: 'dev/eu', status: 'committed', detail: null }],
    ]);
  });

  it('tells the cause that a step has found', () => {
    const schedule = scheduled(entered('CheckRollout'), EU);
    const end = exited(schedule, 'CheckRollout', { status: 'failed', deployment: { ...EU, cause: 'pod web-1: ImagePullBackOff' } });
    expect(told([schedule, end])[0]).toMatchObject([{ status: 'failed', detail: 'pod web-1: ImagePullBackOff' }]);
  });

  it('says that an error is retried, of the state and the target that it belongs to', () => {
    const enters = [entered('CommitRelease'), entered('CommitRelease')] as const;
    const [eu, us] = [scheduled(enters[0], EU), scheduled(enters[1], US)];
    const failure = failed(us, 'UnavailableError', 'git.example.com answered 503');
    expect(told([...enters, eu, us, failure, scheduled(failure, US)])[0]).toEqual([
      { state: 'CommitRelease', target: 'dev/us', status: 'retrying', detail: 'UnavailableError: git.example.com answered 503' },
    ]);
  });

  it('waits a look to see what becomes of an error, then takes it for one that is retried', () => {
    const enter = entered('ClaimTarget');
    const schedule = scheduled(enter, EU);
    expect(told([enter, schedule, failed(schedule, 'ConflictError', 'lost a race')], [], [])).toMatchObject([[], [{ state: 'ClaimTarget', status: 'retrying' }], []]);
  });

  it('tells a caught error once, by the end of its state', () => {
    const enter = entered('SyncApplication');
    const schedule = scheduled(enter, EU);
    const failure = failed(schedule, 'UnauthorizedError', 'token expired');
    const trouble = { error: 'UnauthorizedError', cause: JSON.stringify({ errorMessage: 'token expired' }) };
    expect(told([enter, schedule, failure, exited(failure, 'SyncApplication', { status: 'errored', trouble })])[0]).toEqual([
      { state: 'SyncApplication', target: 'dev/eu', status: 'errored', detail: 'UnauthorizedError: token expired' },
    ]);
  });

  it('says that an error has ended the execution', () => {
    const enter = entered('ResolveRelease');
    const schedule = scheduled(enter);
    const failure = failed(schedule, 'ConfigurationError', 'No environment is named prod');
    expect(told([enter, schedule, failure, anEvent(failure, { type: 'ExecutionFailed' })])[0]).toEqual([
      { state: 'ResolveRelease', target: null, status: 'failed', detail: 'ConfigurationError: No environment is named prod' },
    ]);
  });

  it('tells a task that timed out as an error', () => {
    const enter = entered('CheckRollout');
    const schedule = scheduled(enter, EU);
    const late = anEvent(schedule, { type: 'TaskTimedOut', taskTimedOutEventDetails: { resourceType: 'lambda', resource: 'invoke', error: 'States.Timeout' } });
    expect(told([enter, schedule, late, scheduled(late, EU)])[0]).toMatchObject([{ status: 'retrying', detail: 'States.Timeout' }]);
  });

  it('does not repeat what ConcludeRelease sums up', () => {
    const enter = entered('ConcludeRelease');
    const failure = failed(scheduled(enter), 'DeploymentFailed', '1 of 1 targets did not get the release');
    expect(told([enter, failure, anEvent(failure, { type: 'ExecutionFailed' })])[0]).toMatchObject([{ status: 'failed', detail: null }]);
  });

  it('names the service too where one push serves several', () => {
    const resolved = exited(entered('ResolveRelease'), 'ResolveRelease', { targets: [EU, { ...EU, service: 'batch-service' }], verdict: 'found' }, { status: 'found' });
    const schedule = scheduled(entered('ClaimTarget'), EU);
    expect(told([resolved, schedule, exited(schedule, 'ClaimTarget', { status: 'claimed' })])[0]).toMatchObject([
      { state: 'ResolveRelease', target: null, status: 'found' },
      { target: 'inference-service/dev/eu' },
    ]);
  });

  it('gives the reason of an execution that had nothing to deploy', () => {
    const end = exited(entered('ResolveRelease'), 'ResolveRelease', { verdict: 'ignored', targets: [] }, { status: 'ignored', reason: 'tag latest is ignored' });
    expect(told([end])[0]).toMatchObject([{ status: 'ignored', detail: 'tag latest is ignored' }]);
  });

  it('carries on where the history was cut off', () => {
    const enter = entered('CommitRelease');
    const cut = { ...exited(enter, 'CommitRelease'), stateExitedEventDetails: { name: 'CommitRelease', output: '{"status":"comm', assignedVariables: { status: '"comm' } } };
    expect(told([enter, cut])[0]).toEqual([{ state: 'CommitRelease', target: null, status: null, detail: null }]);
  });

  it('says whom it waits for as soon as it asks a person, with the command that answers', () => {
    const enter = entered('AwaitApproval');
    const schedule = scheduled(enter, EU, { execution: 'arn:aws:states:eu-central-1:111122223333:execution:slipway-prod-deploy:one', token: 'secret' });
    expect(told([enter, schedule, anEvent(schedule, { type: 'TaskSubmitted' })])[0]).toEqual([
      { state: 'AwaitApproval', target: 'dev/eu', status: 'waiting', detail: 'answer with slipway approve inference-service dev eu --stage prod, or slipway reject' },
    ]);
  });

  it('tells which pull request waits to be merged', () => {
    const enter = entered('AwaitMerge');
    const schedule = scheduled(enter, { ...EU, pullRequest: { number: 7, url: 'https://git.example.com/7' } }, { execution: 'arn', token: 'secret' });
    expect(told([enter, schedule, anEvent(schedule, { type: 'TaskSubmitted' })])[0]).toEqual([{ state: 'AwaitMerge', target: 'dev/eu', status: 'waiting', detail: 'merge https://git.example.com/7' }]);
  });

  it('tells nothing of a Task that waits for no person', () => {
    const enter = entered('CommitRelease');
    const schedule = scheduled(enter, EU, { token: 'secret' });
    expect(told([enter, schedule, anEvent(schedule, { type: 'TaskSubmitted' })])[0]).toEqual([]);
  });

  it('tells that a release goes back, to which, and its cause no more on the way', () => {
    const [back, sync] = [scheduled(entered('RollBack'), EU), scheduled(entered('SyncApplication'), EU)];
    const deployment = { ...EU, cause: 'pod web-1: ImagePullBackOff', rollback: { release: { tag: '1.0.0' } }, commit: { changes: [{}] }, syncRequested: true };
    const events = [exited(back, 'RollBack', { status: 'committed', deployment }), exited(sync, 'SyncApplication', { status: 'applied', deployment })];
    expect(told([back, sync, ...events])[0]).toEqual([
      { state: 'RollBack', target: 'dev/eu', status: 'committed', detail: '1.0.0' },
      { state: 'SyncApplication', target: 'dev/eu', status: 'applied', detail: null },
    ]);
  });

  it.each([
    ['CommitRelease', 'committed', { commit: { changes: [] } }, true],
    ['CommitRelease', 'committed', { commit: { changes: [{}] } }, false],
    ['CommitRelease', 'superseded', { commit: { changes: [] } }, false],
    ['SyncApplication', 'applied', { syncRequested: false }, true],
    ['SyncApplication', 'applied', { syncRequested: true }, false],
    ['SyncApplication', 'applied', { syncRequested: false, operationRevision: 'c0ffee' }, false],
    ['CheckRollout', 'ready', { commit: { changes: [] } }, false],
  ])('knows of %s, %s with %o, whether its work was done already: %s', (state, status, members, foundDone) => {
    const schedule = scheduled(entered(state), EU);
    const [progress] = createProgressReader().read([schedule, exited(schedule, state, { status, deployment: { ...EU, ...members } })]);
    expect(progress?.foundDone).toBe(foundDone);
  });

  it('knows the targets, and whether the last event is an end: a redrive comes after one', () => {
    const reader = createProgressReader();
    const end = anEvent(null, { type: 'ExecutionFailed' });
    reader.read([exited(entered('ResolveRelease'), 'ResolveRelease', { targets: [EU] }), end]);
    expect([reader.targets(), reader.hasEnded()]).toEqual([[EU], true]);
    reader.read([anEvent(end, { type: 'ExecutionRedriven' })]);
    expect(reader.hasEnded()).toBe(false);
  });
});
