import { styleText } from 'node:util';

export type Color = 'green' | 'red' | 'yellow' | 'dim';

/** How output looks where it goes: a width in characters, and colors where they are shown. */
export type Look = { readonly columns: number; readonly paint: (color: Color, text: string) => string };

/** For files, pipes and tests. */
export const PLAIN: Look = { columns: 80, paint: (_, text) => text };

/** Of a terminal; styleText leaves colors out where NO_COLOR is set, or nobody sees them. */
export function lookOf(stream: NodeJS.WriteStream): Look {
  return { columns: (stream.isTTY && stream.columns) || PLAIN.columns, paint: (color, text) => styleText(color, text, { stream }) };
}
