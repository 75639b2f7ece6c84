import { describe, expect, it } from 'vitest';
import { commitFigures } from '../../bench/commit-figures.ts';
import { noticeFigures, overheadFigures, requestFigures } from '../../bench/deployment-figures.ts';
import type { DeploymentSample } from '../../bench/deployment-sample.ts';
import { covered, within } from '../../bench/intervals.ts';
import { loadWarning } from '../../bench/machine.ts';
import type { LoggedRequest } from '../../bench/request-log.ts';
import { requestName, type ServerName } from '../../bench/request-name.ts';
import { summarize } from '../../bench/statistics.ts';
import { betweenSteps, stepFigures } from '../../bench/step-figures.ts';

const T0 = Date.parse('2026-01-02T03:04:05.000Z');

function at(ms: number): string {
  return new Date(T0 + ms).toISOString();
}

/** Ends of stages 100 ms apart, the push 50 ms before the execution, available 5 ms before the step noticed. */
function aSample(overrides: Partial<DeploymentSample> = {}): DeploymentSample {
  return {
    tag: '1.2.1',
    pushedAt: T0 - 50,
    execution: { from: T0, to: T0 + 700 },
    availableAt: T0 + 595,
    marks: { pushed: at(0), started: at(0), resolved: at(100), claimed: at(200), committed: at(300), operationStarted: at(400), applied: at(500), ready: at(590), noticed: at(600) },
    recorded: { total: 600, overhead: 410 },
    invocations: [],
    requests: [],
    ...overrides,
  };
}

function aRequest(from: number, to: number, overrides: Partial<LoggedRequest> = {}): LoggedRequest {
  return { from: T0 + from, to: T0 + to, server: 'aws', name: 'GetItem', connects: false, isWatch: false, ...overrides };
}

function anInvocation(from: number, to: number) {
  return { functionName: 'claim', from: T0 + from, to: T0 + to, load: null };
}

describe('summarize', () => {
  it('names values that were measured, by nearest rank', () => {
    const values = Array.from({ length: 30 }, (_, index) => 30 - index);
    expect(summarize(values)).toEqual({ count: 30, p50: 15, p95: 29, max: 30 });
  });

  it('has no figures for no values', () => {
    expect(summarize([])).toBeNull();
  });
});

describe('overheadFigures', () => {
  it('begins where the client pushed, not at the second of the event', () => {
    const { overhead, recorded, stages } = overheadFigures([aSample()]);
    expect([stages.queue?.p50, overhead?.p50, recorded?.p50]).toEqual([50, 460, 410]);
  });
});

describe('noticeFigures', () => {
  it('counts from the availability that the cluster itself showed', () => {
    expect(noticeFigures([aSample()])?.p50).toBe(5);
  });

  it('counts from the end of the sync where the pods were faster', () => {
    expect(noticeFigures([aSample({ availableAt: T0 + 450 })])?.p50).toBe(100);
  });
});

describe('stepFigures', () => {
  it('gives an invocation the requests that began in it, and overlapping ones count once', () => {
    const requests = [aRequest(10, 30), aRequest(20, 50, { name: 'UpdateItem', connects: true }), aRequest(90, 95), aRequest(12, 14, { server: 'table' })];
    const [claim] = stepFigures([aSample({ invocations: [anInvocation(0, 60)], requests })]);
    expect(claim).toMatchObject({ inRequests: { p50: 40 }, connections: 1, requests: { 'aws GetItem': 1, 'aws UpdateItem': 1 } });
  });

  it('does not count a watch as time in requests', () => {
    const requests = [aRequest(0, 60, { server: 'kubernetes', name: 'watch pods', isWatch: true })];
    expect(stepFigures([aSample({ invocations: [anInvocation(0, 60)], requests })])[0]?.inRequests?.p50).toBe(0);
  });
});

describe('betweenSteps', () => {
  it('is what of an execution no function ran', () => {
    expect(betweenSteps([aSample({ invocations: [anInvocation(0, 300), anInvocation(310, 700)] })])?.p50).toBe(10);
  });
});

describe('requestFigures', () => {
  it('counts per deployment and puts the busiest first', () => {
    const requests = [aRequest(0, 5), aRequest(5, 10), aRequest(0, 200, { server: 'git', name: 'POST git-receive-pack' })];
    const figures = requestFigures([aSample({ requests }), aSample({ requests })]);
    expect(figures.map(({ name, count }) => [name, count])).toEqual([['POST git-receive-pack', 1], ['GetItem', 2]]);
  });
});

describe('intervals', () => {
  it('covers what one of several overlapping ones covers', () => {
    expect(covered([{ from: 5, to: 20 }, { from: 0, to: 10 }, { from: 30, to: 31 }])).toBe(21);
  });

  it('leaves nothing of an interval that lies outside', () => {
    expect(within({ from: 40, to: 50 }, { from: 0, to: 10 })).toEqual({ from: 10, to: 10 });
  });
});

describe('requestName', () => {
  const name = (server: ServerName, method: string, url: string, headers = {}) => requestName(server, { method, url, headers });

  it.each([
    [name('aws', 'POST', '/', { 'x-amz-target': 'DynamoDB_20120810.GetItem' }), { name: 'GetItem', isWatch: false }],
    [name('aws', 'GET', '/clusters/sandbox'), { name: 'GET clusters', isWatch: false }],
    [name('git', 'GET', '/config.git/info/refs?service=git-upload-pack'), { name: 'GET refs', isWatch: false }],
    [name('argocd', 'GET', '/api/v1/applications/a?refresh=normal&project=p'), { name: 'GET applications/… with refresh', isWatch: false }],
    [name('argocd', 'GET', '/api/v1/account/can-i/applications/sync/p%2Fa'), { name: 'GET can-i', isWatch: false }],
    [name('argocd', 'GET', '/api/v1/stream/applications?name=a'), { name: 'GET stream/applications', isWatch: true }],
    [name('kubernetes', 'GET', '/api/v1/namespaces/n/pods?watch=true'), { name: 'watch pods', isWatch: true }],
    [name('kubernetes', 'GET', '/api/v1/namespaces/n/pods'), { name: 'list pods', isWatch: false }],
  ])('%# leaves the names of objects out', (named, expected) => {
    expect(named).toEqual(expected);
  });
});

describe('commitFigures', () => {
  it('compares the greatest repository with the smallest', () => {
    const commit = (total: number) => ({ total, push: 10, before: total - 10, requests: 2 });
    const git = new Map([[20_000, { fresh: [commit(120)], kept: [commit(60)] }], [10, { fresh: [commit(100)], kept: [commit(50)] }]]);
    const figures = commitFigures({ git, stage: new Map() });
    expect([figures.fresh.total.ratio, figures.fresh.push.ratio, figures.kept.before.ratio]).toEqual([1.2, 1, 1.25]);
  });

  it('divides the stage into what the Git server was asked in it, and the rest', () => {
    const gitRequest = (from: number, to: number) => aRequest(from, to, { server: 'git', name: 'POST git-upload-pack' });
    const requests = [gitRequest(190, 215), gitRequest(205, 240), aRequest(250, 252), gitRequest(290, 350)];
    const stage = new Map([[10, [aSample({ recorded: { total: 600, overhead: 410, commit: 100 }, requests })]]]);
    const { total, git, rest } = commitFigures({ git: new Map(), stage }).stage;
    expect([total, git, rest].map(({ files }) => files['10']?.p50)).toEqual([100, 50, 50]);
  });

  it('does not take a deployment without a commit for a measurement', () => {
    const stage = new Map([[10, [aSample({ marks: { pushed: at(0), started: at(0) } })]]]);
    expect(() => commitFigures({ git: new Map(), stage })).toThrow('made no commit');
  });
});

describe('loadWarning', () => {
  it('tells of a machine that does other work, and of no other', () => {
    expect(loadWarning([4, 1, 1], 2)).toContain('measure again on an idle machine');
    expect(loadWarning([0.4, 9, 9], 2)).toBeNull();
  });
});
