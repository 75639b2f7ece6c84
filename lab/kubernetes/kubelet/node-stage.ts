import { NOW } from './container-statuses.ts';
import { noneOf, type Stage } from './stage.ts';

const VERSION = '{{ printf "kwok-%s" Version | Quote }}';

/** A node becomes Ready as soon as it is seen. */
export const NODE_STAGE: Stage = {
  name: 'node-ready',
  kind: 'Node',
  when: [noneOf('.status.conditions.[] | select(.type == "Ready") | .status', 'True')],
  status: `
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: ${NOW}
  lastTransitionTime: ${NOW}
{{ end }}
addresses:
- {type: InternalIP, address: {{ NodeIP | Quote }}}
- {type: Hostname, address: {{ NodeName | Quote }}}
nodeInfo:
  architecture: amd64
  operatingSystem: linux
  osImage: ""
  bootID: ""
  machineID: ""
  systemUUID: ""
  kernelVersion: ${VERSION}
  kubeletVersion: ${VERSION}
  kubeProxyVersion: ${VERSION}
  containerRuntimeVersion: ${VERSION}
phase: Running`,
};
