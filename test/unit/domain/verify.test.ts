import { describe, expect, it } from 'vitest';
import type { ObservedApplication } from '../../../src/domain/application.ts';
import { operationEnd } from '../../../src/domain/verify.ts';
import { anApplication, anOperation, aRevision } from '../../support/application.ts';

const OURS = aRevision('c');
const OTHER = aRevision('d');
const repository = { url: 'https://git.example.com/team/config.git', branch: 'main', aliases: [] };

function end(application: Partial<ObservedApplication>, operationSeen = true) {
  return operationEnd(anApplication(application), { repository, committedAt: '2026-01-02T03:04:59.500Z', revisions: [OURS], operationSeen });
}

const failed = { phase: 'Failed', message: 'one or more synchronization tasks completed unsuccessfully' } as const;
const before = { revisions: [aRevision('b')], deployedAt: '2026-01-02T02:00:00Z' };
const history = [{ revisions: [OURS], deployedAt: '2026-01-02T03:05:02Z' }];

describe('operationEnd', () => {
  it('is well after an operation of ours that succeeded', () => {
    expect(end({ operation: anOperation() })).toEqual({ end: 'well' });
  });

  it('is well when no operation is shown', () => {
    expect(end({})).toEqual({ end: 'well' });
  });

  it.each([
    ['runs', anOperation({ phase: 'Running', revisions: [OTHER] })],
    ['failed', anOperation({ ...failed, revisions: [OTHER] })],
  ])('is well by the history although a later operation %s', (_what, operation) => {
    expect(end({ operation, history })).toEqual({ end: 'well' });
  });

  it('is running, and ours, while our hooks run', () => {
    expect(end({ operation: anOperation({ phase: 'Running' }) })).toMatchObject({ end: 'running', ours: true });
  });

  it.each([
    ['of another revision', anOperation({ phase: 'Running', revisions: [OTHER] })],
    ['without a revision', anOperation({ phase: 'Running', revisions: [] })],
    ['held by a window', anOperation({ phase: 'Running', message: 'Sync operation blocked by sync window' })],
  ])('is running, and not ours, while an operation %s runs', (_which, operation) => {
    expect(end({ operation })).toMatchObject({ end: 'running', ours: false });
  });

  it('is failed when our hook failed, naming it', () => {
    const operation = anOperation({ ...failed, failures: ['Job smoke: BackoffLimitExceeded'] });
    expect(end({ operation })).toEqual({ end: 'failed', cause: 'Application inference-dev: Job smoke: BackoffLimitExceeded' });
  });

  it("is failed with the operation's message when no resource is named", () => {
    expect(end({ operation: anOperation(failed) })).toEqual({ end: 'failed', cause: `Application inference-dev: ${failed.message}` });
  });

  it.each([
    ['the history is empty', []],
    ['the history begins after our commit', [{ revisions: [OTHER], deployedAt: '2026-01-02T03:05:01Z' }]],
    ['the history is of the second of our commit', [{ revisions: [OTHER], deployedAt: '2026-01-02T03:04:59Z' }]],
    ['another operation ended well in between', [before, { revisions: [OTHER], deployedAt: '2026-01-02T03:05:01Z' }]],
  ])('is unknown when a later operation failed and hides ours, and %s', (_what, told) => {
    expect(end({ operation: anOperation({ ...failed, revisions: [OTHER] }), history: told })).toMatchObject({ end: 'unknown' });
  });

  it('is failed when a later operation failed too, and the history tells that none has ended well since our commit', () => {
    const operation = anOperation({ ...failed, revisions: [OTHER], failures: ['Service metrics: forbidden'] });
    expect(end({ operation, history: [before] })).toEqual({ end: 'failed', cause: 'Application inference-dev: Service metrics: forbidden' });
  });

  it('is well when nothing had to be applied, whatever became of other operations', () => {
    expect(end({ operation: anOperation({ ...failed, revisions: [OTHER] }) }, false)).toEqual({ end: 'well' });
  });

  it('takes the only source when none follows our repository any more', () => {
    expect(end({ sources: [{ repoUrl: 'https://git.example.com/moved.git', targetRevision: 'main' }], operation: anOperation() })).toEqual({ end: 'well' });
  });
});
