import { stringify } from 'yaml';
import { NODE_STAGE } from './node-stage.ts';
import { POD_STAGES } from './pod-stages.ts';
import { stageObject } from './stage.ts';

/** KWOK's configuration file: the life of simulated nodes and pods. */
export function kwokConfig(): string {
  return [NODE_STAGE, ...POD_STAGES].map((stage) => stringify(stageObject(stage))).join('---\n');
}

/** A node that KWOK simulates. */
export function simulatedNode(number: number): object {
  const name = `node-${number}`;
  const room = { cpu: '32', memory: '256Gi', pods: '250' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', 'topology.kubernetes.io/zone': `zone-${number}` },
    },
    status: { allocatable: room, capacity: room },
  };
}
