import { ADDRESSES, BACK_OFF, containerStatuses, INIT_CONTAINERS_COMPLETED, NOW, readiness, STARTED_AT, terminated } from './container-statuses.ts';
import { INIT_STAGES } from './init-stages.ts';
import { fault, LIVES, noFault } from './pod-faults.ts';
import { ANNOTATION_PREFIX, exists, missing, noneOf, oneOf, type Requirement, type Stage } from './stage.ts';

const WAITING = '.status.containerStatuses[0].state.waiting.reason';
const RUNNING = '.status.containerStatuses[0].state.running.startedAt';
const READY = '.status.conditions[]? | select(.type == "Ready") | .status';
const OF_JOB = 'any(.metadata.ownerReferences[]?; .kind == "Job")';

const ofJob: Requirement = oneOf(OF_JOB, 'true');
const notOfJob: Requirement = oneOf(OF_JOB, 'false');

const CREATED: Stage = {
  name: 'pod-created',
  kind: 'Pod',
  when: [LIVES, oneOf('.status.phase', 'Pending'), missing('.status.podIP'), noFault('bad-init')],
  status: `
conditions:
- {type: Initialized, status: "True", lastTransitionTime: ${NOW}}
- {type: PodReadyToStartContainers, status: "True", lastTransitionTime: ${NOW}}
${readiness('ContainersNotReady')}
${containerStatuses({ image: 'none', state: '{waiting: {reason: ContainerCreating}}' })}
${INIT_CONTAINERS_COMPLETED}
${ADDRESSES}`,
  events: [{ type: 'Normal', reason: 'Pulling', message: 'Pulling image' }],
};

const STARTS = {
  kind: 'Pod',
  status: `
phase: Running
${containerStatuses({ image: 'pulled', started: true, state: `{running: {startedAt: ${NOW}}}` })}`,
  events: [
    { type: 'Normal', reason: 'Pulled', message: 'Successfully pulled image' },
    { type: 'Normal', reason: 'Created', message: 'Created container' },
    { type: 'Normal', reason: 'Started', message: 'Started container' },
  ],
} as const satisfies Partial<Stage>;

/** Also out of a failure, once the pod no longer has its fault. */
const STARTED: Stage = {
  ...STARTS,
  name: 'pod-started',
  when: [LIVES, oneOf(WAITING, 'ContainerCreating', 'ImagePullBackOff', 'CreateContainerConfigError'), noFault('bad-pull', 'bad-config')],
  delay: { milliseconds: 100, annotation: 'start-after' },
};

const RESTARTED: Stage = { ...STARTS, name: 'pod-restarted', when: [LIVES, oneOf(WAITING, 'CrashLoopBackOff')], delay: { milliseconds: 5000 } };

const BECOMES_READY: Stage = {
  name: 'pod-ready',
  kind: 'Pod',
  when: [LIVES, oneOf('.status.phase', 'Running'), exists(RUNNING), noneOf(READY, 'True'), noFault('bad-crash', 'bad-oom', 'never-ready'), notOfJob],
  delay: { milliseconds: 300, annotation: 'ready-after' },
  status: `
conditions:
${readiness('Ready')}
{{ range .spec.readinessGates }}
- {type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: ${NOW}}
{{ end }}
${containerStatuses({ ready: true, started: true, state: `{running: {startedAt: ${STARTED_AT}}}` })}`,
};

const PROBE_FAILS: Stage = {
  name: 'pod-probe-fails',
  kind: 'Pod',
  when: [LIVES, oneOf('.status.phase', 'Running'), exists(RUNNING), fault('never-ready'), notOfJob],
  delay: { milliseconds: 500 },
  events: [{ type: 'Warning', reason: 'Unhealthy', message: 'Readiness probe failed: HTTP probe failed with statuscode: 503' }],
};

function waits(reason: string, message: string): string {
  return containerStatuses({ image: 'none', state: `{waiting: {reason: ${reason}, message: ${message}}}` });
}

const CONFIG_FAILS: Stage = {
  name: 'pod-config-fails',
  kind: 'Pod',
  when: [LIVES, oneOf(WAITING, 'ContainerCreating'), fault('bad-config')],
  delay: { milliseconds: 200 },
  status: waits('CreateContainerConfigError', '{{ printf "secret \\"%s-settings\\" not found" $c.name | Quote }}'),
  events: [{ type: 'Warning', reason: 'Failed', message: 'Error: secret not found' }],
};

/** In containerd's words. Events can't name the image: KWOK writes them as they stand. */
const NO_SUCH_IMAGE = 'rpc error: code = NotFound desc = failed to pull and unpack image %q: failed to resolve reference %q: %s: not found';

const PULL_FAILS: Stage = {
  name: 'pod-pull-fails',
  kind: 'Pod',
  when: [LIVES, oneOf(WAITING, 'ContainerCreating'), fault('bad-pull')],
  delay: { milliseconds: 200 },
  status: waits('ErrImagePull', `{{ printf "${NO_SUCH_IMAGE}" $c.image $c.image $c.image | Quote }}`),
  events: [
    { type: 'Warning', reason: 'Failed', message: 'Failed to pull image: not found' },
    { type: 'Warning', reason: 'Failed', message: 'Error: ErrImagePull' },
  ],
};

const PULL_BACKS_OFF: Stage = {
  name: 'pod-pull-back-off',
  kind: 'Pod',
  when: [LIVES, oneOf(WAITING, 'ErrImagePull')],
  delay: { milliseconds: 500 },
  status: waits('ImagePullBackOff', `{{ printf "Back-off pulling image %q: ErrImagePull: ${NO_SUCH_IMAGE}" $c.image $c.image $c.image $c.image | Quote }}`),
  events: [
    { type: 'Normal', reason: 'BackOff', message: 'Back-off pulling image' },
    { type: 'Warning', reason: 'Failed', message: 'Error: ImagePullBackOff' },
  ],
};

const EXIT = '{{ if $oom }}137{{ else }}1{{ end }}';
const WHY = '{{ if $oom }}OOMKilled{{ else }}Error{{ end }}';
const IS_OOM = `{{ $oom := or (eq (get (or .metadata.annotations dict) "${ANNOTATION_PREFIX}/pod") "bad-oom") (contains "bad-oom" (toJson .spec.containers)) }}`;

const CRASHES = {
  kind: 'Pod',
  status: `
${IS_OOM}
conditions:
${readiness('ContainersNotReady')}
${containerStatuses({
  restarts: true,
  state: BACK_OFF,
  lastState: terminated(EXIT, WHY),
})}`,
  events: [{ type: 'Warning', reason: 'BackOff', message: 'Back-off restarting failed container' }],
} as const satisfies Partial<Stage>;

const CRASHED: Stage = { ...CRASHES, name: 'pod-crashed', when: [LIVES, exists(RUNNING), fault('bad-crash', 'bad-oom'), notOfJob], delay: { milliseconds: 300 } };

const CRASHED_LATE: Stage = {
  ...CRASHES,
  name: 'pod-crashed-late',
  when: [LIVES, exists(RUNNING), oneOf(READY, 'True'), fault('bad-late'), notOfJob],
  delay: { milliseconds: 2000, annotation: 'crash-after' },
};

const JOB_COMPLETES: Stage = {
  name: 'pod-completed',
  kind: 'Pod',
  when: [LIVES, oneOf('.status.phase', 'Running'), exists(RUNNING), ofJob, noFault('bad-crash', 'bad-oom', 'never-ready')],
  delay: { milliseconds: 300, annotation: 'ready-after' },
  status: `
conditions:
${readiness('PodCompleted')}
${containerStatuses({ state: terminated('0', 'Completed') })}
phase: Succeeded`,
};

const JOB_FAILS: Stage = {
  name: 'pod-failed',
  kind: 'Pod',
  when: [LIVES, oneOf('.status.phase', 'Running'), exists(RUNNING), ofJob, fault('bad-crash', 'bad-oom')],
  delay: { milliseconds: 300, annotation: 'crash-after' },
  status: `
${IS_OOM}
conditions:
${readiness('PodFailed')}
${containerStatuses({ state: terminated(EXIT, WHY) })}
phase: Failed`,
};

const DELETED: Stage = {
  name: 'pod-deleted',
  kind: 'Pod',
  when: [exists('.metadata.deletionTimestamp'), missing('.metadata.finalizers')],
  delay: { milliseconds: 200 },
  events: [{ type: 'Normal', reason: 'Killing', message: 'Stopping container' }],
  delete: true,
};

/** In the order of a pod's life. */
export const POD_STAGES: readonly Stage[] = [
  CREATED, ...INIT_STAGES, STARTED, BECOMES_READY, PROBE_FAILS, CONFIG_FAILS, PULL_FAILS, PULL_BACKS_OFF, CRASHED, CRASHED_LATE, RESTARTED, JOB_COMPLETES, JOB_FAILS, DELETED,
];
