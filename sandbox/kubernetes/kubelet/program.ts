import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Pod } from '../objects.ts';
import type { Store } from '../store.ts';
import type { ContainerHost, Fault, Program } from './container.ts';
import { probesOf } from './http-probe.ts';
import { environmentOf } from './pod-environment.ts';
import { startProbes } from './probes.ts';
import type { ContainerProcess, ProcessRuntime } from './process-runtime.ts';

/** A pod whose first container runs as a process says so by this annotation, of which `service` is the one value. */
export const RUN = 'slipway.dev/run';
/** Written to such a pod: where its process listens. The pod's own address is none of this machine's. */
export const LISTENS_ON = 'slipway.dev/listens-on';

/** Where the service's image listens, unless its pod says otherwise. */
const IMAGE_PORT = '8080';

/** The processes of pods, by the pod's uid. */
export type PodProcesses = Map<string, ContainerProcess>;

type Parts = { readonly store: Store; readonly clock: Clock; readonly runtime: ProcessRuntime; readonly processes: PodProcesses };

/** How an image that is bad is bad as a process: by the faults that the service knows. */
const FAULTS: Readonly<Partial<Record<Fault, Readonly<Record<string, string>>>>> = {
  'bad-crash': { FAULT_CRASH_AFTER_SECONDS: '0.1' },
  'never-ready': { FAULT_NEVER_READY: 'true' },
};

/** What the first container of an annotated pod runs. */
export function programOf(parts: Parts, host: ContainerHost): Program {
  return {
    prepare() {
      try {
        const value = host.pod().metadata.annotations?.[RUN];
        if (value !== 'service') throw new Error(`the sandbox runs ${RUN}: service, and not ${value}`);
        const obstacle = parts.runtime.obstacle();
        if (obstacle !== null) throw new Error(obstacle);
        const environment = { ...environmentOf(parts.store, host.pod(), host.container), ...faultsOf(host) };
        const probes = probesOf(host.container);
        return { run: (ended) => run(parts, host, { environment, probes }, ended) };
      } catch (error) {
        return { obstacle: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

function faultsOf(host: ContainerHost): Readonly<Record<string, string>> {
  const fault = host.fault();
  if (fault === 'bad-oom') throw new Error('the sandbox takes no memory away from a process');
  return fault === undefined ? {} : (FAULTS[fault] ?? {});
}

type Prepared = { readonly environment: Readonly<Record<string, string>>; readonly probes: ReturnType<typeof probesOf> };

function run({ store, clock, runtime, processes }: Parts, host: ContainerHost, { environment, probes }: Prepared, ended: (exitCode: number, reason: string) => void): void {
  const { namespace, name, uid } = host.pod().metadata;
  const process = runtime.start(environment, (address) => {
    store.update('Pod', namespace, name, (pod) => ({ ...pod, metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, [LISTENS_ON]: address } } }));
  });
  processes.set(uid, process);
  const stopProbing = startProbes({
    host,
    probes,
    target: (port) => ({ podIP: host.pod().status.podIP ?? '', process: String(port) === (environment['PORT'] ?? IMAGE_PORT) ? process.address() : null }),
    restart(because) {
      host.record({ type: 'Normal', reason: 'Killing', message: `Container ${host.container.name} failed ${because} probe, will be restarted` });
      endProcess(clock, process, host.pod());
    },
  });
  void process.ended.then((exitCode) => {
    stopProbing();
    host.after(0, () => ended(exitCode, exitCode === 0 ? 'Completed' : 'Error'));
  });
}

const Lifecycle = z.object({ preStop: z.object({ sleep: z.object({ seconds: z.int() }).optional() }).optional() }).optional();

/** Lets the process serve for as long as its pod's preStop hook sleeps, tells it to end, and kills it once the pod's grace is over. */
export function endProcess(clock: Clock, process: ContainerProcess, { spec }: Pod): void {
  const grace = (spec.terminationGracePeriodSeconds ?? 30) * 1000;
  const sleep = (Lifecycle.parse(spec.containers[0]?.lifecycle)?.preStop?.sleep?.seconds ?? 0) * 1000;
  const cancels = [clock.after(Math.min(sleep, grace), () => process.signal('SIGTERM')), clock.after(grace, () => process.signal('SIGKILL'))];
  void process.ended.then(() => cancels.forEach((cancel) => cancel()));
}
