import type { ToolGroup } from './build/build-tools.ts';

/** What the lab is made of. The peer that the benchmark measures against is built when that asks for it. */
export const LAB_TOOLS: readonly ToolGroup[] = ['kube', 'eks-authenticator', 'helm', 'redis', 'argocd', 'gitea', 'rollouts'];

/** Writes progress with the seconds since it began. */
export function createTell(write: (line: string) => void = (line) => console.error(line), now: () => number = () => performance.now()): (text: string) => void {
  const begun = now();
  return (text) => write(`${((now() - begun) / 1000).toFixed(1).padStart(6)} s  ${text}`);
}
