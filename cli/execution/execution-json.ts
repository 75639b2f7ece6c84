import * as z from 'zod/mini';

/** Reads JSON that an execution holds as text; undefined for what is missing, cut off or of another shape. */
export function readJson<Value>(schema: z.ZodMiniType<Value>, text: string | undefined): Value | undefined {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** An error as a line for people. A Lambda error's cause is JSON with `errorMessage`; a service's is plain text. */
export function errorLine(error: string, cause: string): string {
  const message = readJson(z.object({ errorMessage: z.string() }), cause)?.errorMessage ?? cause;
  return message === '' ? error : `${error}: ${message}`;
}
