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
export function containerStatuses({ state, lastState, ready = false, started = false, image = 'kept', restarts = false }: ContainerChange): string {
  return `
{{ $pod := . }}
{{ $annotations := or .metadata.annotations dict }}
containerStatuses:
{{ range $i, $c := .spec.containers }}
{{ $old := dict }}{{ with $pod.status.containerStatuses }}{{ $old = index . $i }}{{ end }}
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

/** Init containers have run before anything else is seen of the pod. */
export const INIT_CONTAINER_STATUSES = `
{{ $pod := . }}
{{ $annotations := or .metadata.annotations dict }}
{{ with .spec.initContainers }}
initContainerStatuses:
{{ range $c := . }}
{{ $old := dict }}
${REPOSITORY}
${DIGEST}
- name: {{ $c.name | Quote }}
  image: {{ $c.image | Quote }}
  imageID: ${PULLED}
  containerID: ${CONTAINER_ID}
  restartCount: 0
  ready: true
  started: false
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: ${NOW}, finishedAt: ${NOW}, containerID: ${CONTAINER_ID}}}
{{ end }}
{{ end }}`;

/** Conditions of a pod whose containers are all Ready, or not for a reason. */
export function readiness(reason: 'Ready' | 'ContainersNotReady' | 'PodCompleted' | 'PodFailed'): string {
  const says = reason === 'Ready' ? `status: "True", reason: "", message: ""` : `status: "False", reason: ${reason}, message: ${NOT_READY}`;
  return ['Ready', 'ContainersReady'].map((type) => `- {type: ${type}, ${says}, lastTransitionTime: ${NOW}}`).join('\n');
}

const NOT_READY = '{{ $names := list }}{{ range .spec.containers }}{{ $names = append $names .name }}{{ end }}{{ printf "containers with unready status: [%s]" (join " " $names) | Quote }}';
