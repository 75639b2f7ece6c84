import { TOOL_GROUPS, type ToolGroup } from './tool-groups.ts';

const EVERY_MS = 30_000;

type Tell = (text: string) => void;

/** Does `build` of one of `groups`, which are built in this order, and tells how that goes. */
export async function tellingProgress(group: ToolGroup, groups: readonly ToolGroup[], tell: Tell, build: () => Promise<void>): Promise<void> {
  const begun = performance.now();
  tell(beginning(group, groups));
  const timer = setInterval(() => tell(underway(group, performance.now() - begun)), EVERY_MS);
  try {
    await build();
  } finally {
    clearInterval(timer);
  }
  tell(`Built ${group} in ${duration(performance.now() - begun)}`);
}

export function beginning(group: ToolGroup, groups: readonly ToolGroup[]): string {
  const index = groups.indexOf(group);
  const rest = groups.slice(index);
  const next = rest[1] === undefined ? '' : `; next ${rest[1]}, all in about ${minutes(rest)} min`;
  return `Building ${group}, ${index + 1} of ${groups.length}: about ${minutes([group])} min where Go's caches are empty${next}`;
}

export function underway(group: ToolGroup, elapsedMs: number): string {
  return `Building ${group}: ${duration(elapsedMs)} of about ${minutes([group])} min`;
}

function minutes(groups: readonly ToolGroup[]): number {
  return groups.reduce((sum, group) => sum + TOOL_GROUPS[group].minutes, 0);
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
