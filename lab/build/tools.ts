import { join } from 'node:path';
import { TOOL_GROUPS, type ToolGroup } from './tool-groups.ts';

/** Folder of each group: its commands are in `bin`, what they need at run time in `share`. Empty for a group that was not asked for. */
export type Tools = Readonly<Record<ToolGroup, string>>;

const GROUP_OF_COMMAND: ReadonlyMap<string, ToolGroup> = new Map(
  (Object.keys(TOOL_GROUPS) as ToolGroup[]).flatMap((group) => {
    const { binary, commands = [] } = TOOL_GROUPS[group];
    return [...(group === 'kube' ? [] : [binary]), ...commands].map((command) => [command, group] as const);
  }),
);

/** Path of a command, for example `kubectl`. @throws Error when no group has it, or its group was not asked for */
export function commandOf(tools: Tools, name: string): string {
  const group = GROUP_OF_COMMAND.get(name);
  if (group === undefined) throw new Error(`The lab has no command ${JSON.stringify(name)}; its commands are ${[...GROUP_OF_COMMAND.keys()].join(', ')}.`);
  if (tools[group] === '') throw new Error(`${name} belongs to the tools of ${group}, which were not asked for: name ${group} among the groups that are built.`);
  return join(tools[group], 'bin', name);
}
