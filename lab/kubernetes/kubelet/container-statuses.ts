import { ANNOTATION_PREFIX } from './stage.ts';

/** What a stage makes of the status of each container. Values are Go templates over `$c`, the container, and `$old`, its last status. */
export type ContainerChange = {
  readonly state: string;
  /** The same as before when absent. */
  readonly lastState?: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  /** `pulled` gives the digest; `kept` by default. */
  readonly image?: 'none' | 'pulled' | 'kept';
  readonly restarts?: boolean;
};

export const NOW = '{{ Now | Quote }}';
export const STARTED_AT = '{{ $old.state.running.startedAt | Quote }}';

/**
 * The digest that a pull would have found: that of the reference, else the one that the webhook resolved, else one that is made of the
 * reference.
 */
const DIGEST = [
  '{{ $digest := or (regexFind "sha256:[0-9a-f]{64}$" $c.image)',
  `(get $annotations (printf "${ANNOTATION_PREFIX}/digest.%s" $c.name))`,
  '(printf "sha256:%s" (sha256sum $c.image)) }}',
].join(' ');
const REPOSITORY = '{{ $repository := regexReplaceAll "(:[^:/@]+)?(@sha256:[0-9a-f]+)?$" $c.image "" }}';
const PULLED = '{{ printf "%s@%s" $repository $digest | Quote }}';
const CONTAINER_ID = '{{ printf "containerd://%s" (sha256sum (printf "%s %s %v" $pod.metadata.uid $c.name $old.restartCount)) | Quote }}';

const IMAGE_ID = { none: '""', pulled: PULLED, kept: '{{ or $old.imageID "" | Quote }}' } as const;

/** `containerStatuses` of the pod: the API server takes the list as a whole, so each entry is written out. */
export function containerStatuses(change: ContainerChange): string {
  return statuses('containerStatuses', 'containers', change);
}

/** The same of a pod that has init containers. */
export function initContainerStatuses(change: ContainerChange): string {
  return `{{ if .spec.initContainers }}${statuses('initContainerStatuses', 'initContainers', change)}{{ end }}`;
}

function statuses(list: 'containerStatuses' | 'initContainerStatuses', containers: 'containers' | 'initContainers', change: ContainerChange): string {
  const { state, lastState, ready = false, started = false, image = 'kept', restarts = false } = change;
  return `
{{ $pod := . }}
{{ $annotations := or .metadata.annotations dict }}
${list}:
{{ range $i, $c := .spec.${containers} }}
{{ $old := dict }}{{ with $pod.status.${list} }}{{ $old = index . $i }}{{ end }}
${REPOSITORY}
${DIGEST}
- name: {{ $c.name | Quote }}
  image: {{ $c.image | Quote }}
  imageID: ${IMAGE_ID[image]}
  containerID: ${image === 'none' ? '""' : image === 'pulled' ? CONTAINER_ID : '{{ or $old.containerID "" | Quote }}'}
  restartCount: ${restarts ? '{{ add1 (or $old.restartCount 0) }}' : '{{ or $old.restartCount 0 }}'}
  ready: ${ready}
  started: ${started}
  state: ${state}
  lastState: ${lastState ?? '{{ toJson (or $old.lastState dict) }}'}
{{ end }}`;
}

/** Init containers have run before anything else is seen of the pod, unless one of them is to fail. */
export const INIT_CONTAINERS_COMPLETED = initContainerStatuses({
  image: 'pulled',
  ready: true,
  state: `{terminated: {exitCode: 0, reason: Completed, startedAt: ${NOW}, finishedAt: ${NOW}, containerID: ${CONTAINER_ID}}}`,
});

/** Conditions of a pod whose containers are all Ready, or not for a reason. */
export function readiness(reason: 'Ready' | 'ContainersNotReady' | 'PodCompleted' | 'PodFailed'): string {
  const says = reason === 'Ready' ? `status: "True", reason: "", message: ""` : `status: "False", reason: ${reason}, message: ${NOT_READY}`;
  return ['Ready', 'ContainersReady'].map((type) => `- {type: ${type}, ${says}, lastTransitionTime: ${NOW}}`).join('\n');
}

const NOT_READY = '{{ $names := list }}{{ range .spec.containers }}{{ $names = append $names .name }}{{ end }}{{ printf "containers with unready status: [%s]" (join " " $names) | Quote }}';

/** A pod that its kubelet has seen. */
export const ADDRESSES = `
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName (or .spec.hostNetwork false) (or .metadata.uid "") (or .metadata.name "") (or .metadata.namespace "") | Quote }}
phase: Pending
startTime: ${NOW}`;

/** State of a container that has ended. */
export function terminated(exitCode: string, reason: string): string {
  return `{terminated: {exitCode: ${exitCode}, reason: ${reason}, startedAt: ${STARTED_AT}, finishedAt: ${NOW}, containerID: {{ or $old.containerID "" | Quote }}}}`;
}

export const BACK_OFF = '{waiting: {reason: CrashLoopBackOff, message: {{ printf "back-off 5s restarting failed container=%s pod=%s_%s(%s)" $c.name $pod.metadata.name $pod.metadata.namespace $pod.metadata.uid | Quote }}}}';
