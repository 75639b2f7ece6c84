import type { z } from 'zod';
import { AwsError } from './service.ts';

/**
 * Reads a value by its schema, and says by name what the sandbox does not know of it.
 *
 * @param owner what the value belongs to, as the sentence begins: `Role slipway-commit, policy git`
 */
export function parseShape<T>(schema: z.ZodType<T>, value: unknown, owner: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => describe(issue));
  throw new AwsError('ValidationError', `${owner}: ${problems.join('; ')}`);
}

function describe(issue: z.core.$ZodIssue): string {
  const at = issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('').replace(/^\./, '');
  if (issue.code === 'unrecognized_keys') {
    const where = at === '' ? '' : ` in ${at}`;
    return `the sandbox does not know ${issue.keys.join(', ')}${where}`;
  }
  return at === '' ? issue.message : `${at}: ${issue.message}`;
}
