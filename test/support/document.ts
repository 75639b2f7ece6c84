import { readFileSync } from 'node:fs';

/** A document of this repository, as its tests read it. */
export type Document = {
  readonly text: string;
  /** Fenced blocks whose fence says exactly so, in their order. */
  readonly blocks: (fence: string) => readonly string[];
  /** Commands of all such blocks, without comments. */
  readonly commands: (fence: string) => readonly string[];
};

/** @param path from the root of the repository */
export function readDocument(path: string): Document {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const blocks = (fence: string): readonly string[] => [...text.matchAll(new RegExp(`^\`\`\`${fence}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block ?? '');
  return { text, blocks, commands: (fence) => blocks(fence).flatMap(commandsOf) };
}

/** The command lines of a block, without comments. */
export function commandsOf(block: string): readonly string[] {
  return block.split('\n').map((line) => line.replace(/\s+#.*$/, '').trim()).filter((line) => line !== '');
}
