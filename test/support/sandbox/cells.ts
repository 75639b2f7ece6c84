import { BATCH_CELLS } from './batch-cells.ts';
import { barred, type Cell, cellOf, KINDS, NAMED, OUTAGES, seen, type SiteKind, unlessForGood } from './cell.ts';
import { EXECUTIONS_CELLS } from './executions-cells.ts';
import {
  accessEntryRemoved, answerLost, ARGOCD_TOKEN, type Credential, GIT_PASSWORD, GITEA_TOKEN, killedAfter, killedAtOnce, killedBefore, killedDuring, outage, rightMissing, stopped, stoppedWaiting, streamCut, throttled,
  timedOut, timedOutAtOnce, wrongCredential,
} from './fault-kinds.ts';
import { STEP_NAMES, type StepName, stepOf } from './fault-steps.ts';
import { PROPOSAL_CELLS } from './proposal-cells.ts';
import { SMOKE_CELLS } from './smoke-cells.ts';
import { SWEEP_CELLS } from './sweep-cells.ts';

function killedCells(step: StepName): readonly Cell[] {
  const { parties, lastRead } = stepOf(step);
  const retried = /^Runtime\.ExitError: /;
  const before = { ...cellOf(step, 'killed before it did anything', parties.length === 0 ? killedAtOnce : killedBefore), retried };
  if (lastRead === undefined) return [before];
  return [before, { ...cellOf(step, 'killed after its last look', killedAfter(lastRead)), retried }];
}

function lateCells(step: StepName): readonly Cell[] {
  const { parties } = stepOf(step);
  return [
    { ...cellOf(step, 'timed out', parties.length === 0 ? timedOutAtOnce : timedOut), retried: /^Sandbox\.Timedout: / },
    ...Object.entries(OUTAGES).map(([name, lasts]) => unlessForGood({ ...cellOf(step, `throttled ${name}`, throttled(lasts)), retried: /^Lambda\.TooManyRequestsException: / }, lasts, /Rate Exceeded/)),
  ];
}

function effectCells(step: StepName): readonly Cell[] {
  return stepOf(step).effects.flatMap((effect) => {
    const kind: SiteKind = step === 'SyncApplication' ? 'manual' : (KINDS[step] ?? 'automatic');
    const killed = { kind, retried: /^Runtime\.ExitError: /, together: step === 'JoinBatch' };
    return [
      { ...cellOf(step, `killed during its ${effect.name}`, killedDuring(effect)), ...killed },
      { ...cellOf(step, `killed after its ${effect.name}`, killedAfter(effect)), ...killed },
      // The AWS SDK asks again by itself, and SyncApplication looks again whether Argo CD syncs: neither needs a retry.
      { ...cellOf(step, `answer to its ${effect.name} lost`, answerLost(effect)), kind, retried: effect.party === 'git' ? seen(effect.party) : null },
    ];
  });
}

function outageCells(step: StepName): readonly Cell[] {
  return stepOf(step).parties.flatMap((party) =>
    Object.entries(OUTAGES).map(([name, lasts]) => {
      const cell = { ...cellOf(step, `${party} down ${name}`, outage(party, lasts)), retried: seen(party) };
      // A watch goes on by itself for half a minute, which is real time here.
      if (party === 'cluster') return { ...unlessForGood({ ...cell, ...(lasts !== Infinity && { retried: null }) }, lasts, NAMED.cluster), slow: lasts > 1_000 };
      return unlessForGood(cell, lasts, NAMED[party]);
    }),
  );
}

const CREDENTIALS: Partial<Record<StepName, Readonly<Record<string, Credential>>>> = {
  CheckAccess: { 'Argo CD token': ARGOCD_TOKEN },
  AwaitMerge: { 'Git token': GITEA_TOKEN },
  CommitRelease: { 'Git password': GIT_PASSWORD, 'Argo CD token': ARGOCD_TOKEN },
  JoinBatch: { 'Git password': GIT_PASSWORD },
  SyncApplication: { 'Argo CD token': ARGOCD_TOKEN },
  CheckRollout: { 'Argo CD token': ARGOCD_TOKEN },
  VerifyRelease: { 'Argo CD token': ARGOCD_TOKEN },
  RollBack: { 'Git password': GIT_PASSWORD },
};

/** What no retry mends is not retried. */
function refusedCells(step: StepName): readonly Cell[] {
  const errored = { outcome: barred(step), retried: null } as const;
  const { rights } = stepOf(step);
  return [
    ...Object.entries(CREDENTIALS[step] ?? {}).map(([name, credential]) => ({ ...cellOf(step, `wrong ${name}`, wrongCredential(credential)), ...errored, cause: /UnauthorizedError: .*(Argo CD at|\/config\.git)/ })),
    ...(stepOf(step).parties.includes('cluster') ? [{ ...cellOf(step, 'access entry removed', accessEntryRemoved), ...errored, cause: /^(Unauthorized|Forbidden)Error: .*sandbox/ }] : []),
    // The whole statement is gone, and whichever of its actions comes first is the one that is refused.
    ...rights.map((action) => ({ ...cellOf(step, `${action} not allowed`, rightMissing(action)), ...errored, cause: new RegExp(`AccessDeniedException: .* allow ${action.split(':')[0]}:`) })),
  ];
}

const STREAMS: Partial<Record<StepName, RegExp>> = {
  SyncApplication: /^GET \/api\/v1\/stream\/applications/,
  CheckRollout: /[?&]watch=true/,
  VerifyRelease: /^GET \/api\/v1\/stream\/applications/,
};

/** A stream that breaks is opened again within the slice: the history need not tell of it. */
function streamCells(step: StepName): readonly Cell[] {
  const stream = STREAMS[step];
  if (stream === undefined) return [];
  return [
    cellOf(step, 'stream cut once', streamCut(stream, 1)),
    cellOf(step, 'stream cut each time', streamCut(stream, Infinity)),
  ];
}

function stoppedCells(step: StepName): readonly Cell[] {
  const stop = { outcome: 'stopped', retried: null } as const;
  return [
    { ...cellOf(step, 'execution stopped by hand', stopped), ...stop },
    ...(step === 'AwaitApproval' || step === 'AwaitMerge' ? [{ ...cellOf(step, 'execution stopped by hand while it waits', stoppedWaiting), ...stop }] : []),
  ];
}

/** Every fault in every step that can meet it. */
export const CELLS: readonly Cell[] = [...STEP_NAMES.flatMap(cellsOf), ...BATCH_CELLS, ...EXECUTIONS_CELLS, ...PROPOSAL_CELLS, ...SMOKE_CELLS, ...SWEEP_CELLS];

function cellsOf(step: StepName): readonly Cell[] {
  return [
    ...killedCells(step),
    ...lateCells(step),
    ...effectCells(step),
    ...outageCells(step),
    ...refusedCells(step),
    ...streamCells(step),
    ...stoppedCells(step),
  ];
}
