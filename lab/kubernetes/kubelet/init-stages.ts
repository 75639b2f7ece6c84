import { ADDRESSES, BACK_OFF, containerStatuses, initContainerStatuses, NOW, readiness, terminated } from './container-statuses.ts';
import { fault, LIVES } from './pod-faults.ts';
import { exists, missing, oneOf, type Stage } from './stage.ts';

const WAITING = '.status.initContainerStatuses[0].state.waiting.reason';
const RUNS = '.status.initContainerStatuses[0].state.running.startedAt';

const RUNNING = initContainerStatuses({ image: 'pulled', state: `{running: {startedAt: ${NOW}}}` });

const INITIALIZING: Stage = {
  name: 'pod-initializing',
  kind: 'Pod',
  when: [LIVES, oneOf('.status.phase', 'Pending'), missing('.status.podIP'), fault('bad-init')],
  status: `
conditions:
- {type: Initialized, status: "False", reason: ContainersNotInitialized, message: containers with incomplete status, lastTransitionTime: ${NOW}}
- {type: PodReadyToStartContainers, status: "True", lastTransitionTime: ${NOW}}
${readiness('ContainersNotReady')}
${containerStatuses({ image: 'none', state: '{waiting: {reason: PodInitializing}}' })}
${RUNNING}
${ADDRESSES}`,
};

const CRASHES: Stage = {
  name: 'pod-init-crashed',
  kind: 'Pod',
  when: [LIVES, exists(RUNS), fault('bad-init')],
  delay: { milliseconds: 300 },
  status: initContainerStatuses({ restarts: true, state: BACK_OFF, lastState: terminated('1', 'Error') }),
  events: [{ type: 'Warning', reason: 'BackOff', message: 'Back-off restarting failed container' }],
};

const RESTARTED: Stage = { name: 'pod-init-restarted', kind: 'Pod', when: [LIVES, oneOf(WAITING, 'CrashLoopBackOff')], delay: { milliseconds: 5000 }, status: RUNNING };

/** The life of a pod whose init containers crash: its containers never begin. */
export const INIT_STAGES: readonly Stage[] = [INITIALIZING, CRASHES, RESTARTED];
