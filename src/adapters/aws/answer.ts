import type * as z from 'zod/mini';
import { RefusedError } from '../../domain/errors.ts';

/** Reads the fields that an adapter uses. @throws RefusedError naming the object and what is wrong with the answer */
export function readAnswer<T>(schema: z.ZodMiniType<T>, answer: unknown, object: string): T {
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw new RefusedError(`${object} is not what Slipway can read: ${problems.join(', ')}; check which version wrote it.`);
}
