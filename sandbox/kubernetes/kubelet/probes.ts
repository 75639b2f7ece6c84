import type { ContainerHost } from './container.ts';
import { askOnce, type HttpProbe, type ProbeKind, type ProbeTarget } from './http-probe.ts';

export type Probing = {
  readonly host: Pick<ContainerHost, 'after' | 'record' | 'set'>;
  readonly probes: Readonly<Partial<Record<ProbeKind, HttpProbe>>>;
  /** Where a probe of this port asks now. */
  readonly target: (port: number) => ProbeTarget;
  /** The container is to be started again. */
  readonly restart: (because: ProbeKind) => void;
};

/** What became of a probe: it has passed, or failed, as often in a row as it takes to believe it. */
type Verdict = 'passed' | 'failed';

/** Probes a container that has just started: the startup probe alone until it has passed, then the other two. Until the result is called. */
export function startProbes({ host, probes, target, restart }: Probing): () => void {
  let stopped = false;
  const { startup, readiness, liveness } = probes;

  /** `heard` says whether to go on. */
  function repeat(kind: ProbeKind, probe: HttpProbe, heard: (verdict: Verdict) => boolean): void {
    const believe = counter(probe);
    const look = async (): Promise<void> => {
      const failure = await askOnce(probe, target(probe.port));
      if (stopped) return;
      if (failure !== null) host.record({ type: 'Warning', reason: 'Unhealthy', message: `${capitalised(kind)} probe failed: ${failure}` });
      const verdict = believe(failure === null ? 'passed' : 'failed');
      if (verdict === null || heard(verdict)) host.after(probe.periodSeconds * 1000, () => void look());
    };
    host.after(probe.initialDelaySeconds * 1000, () => void look());
  }

  function started(): void {
    host.set({ started: true, ...(readiness === undefined && { ready: true }) });
    if (readiness !== undefined) repeat('readiness', readiness, (verdict) => (host.set({ ready: verdict === 'passed' }), true));
    if (liveness !== undefined) repeat('liveness', liveness, (verdict) => goesOn('liveness', verdict));
  }

  function goesOn(kind: ProbeKind, verdict: Verdict): boolean {
    if (verdict === 'failed') restart(kind);
    return verdict === 'passed';
  }

  if (startup === undefined) started();
  else repeat('startup', startup, (verdict) => (verdict === 'passed' ? (started(), false) : goesOn('startup', verdict)));
  return () => {
    stopped = true;
  };
}

/** Believes a result once it has come often enough in a row. */
function counter({ successThreshold, failureThreshold }: HttpProbe): (result: Verdict) => Verdict | null {
  let last: Verdict | null = null;
  let count = 0;
  return (result) => {
    count = result === last ? count + 1 : 1;
    last = result;
    return count >= (result === 'passed' ? successThreshold : failureThreshold) ? result : null;
  };
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
