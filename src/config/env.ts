import type * as z from 'zod/mini';
import { ConfigurationError } from '../domain/errors.ts';

/** Reads the environment variables that a handler names; the one place that does. @throws ConfigurationError naming the variable */
export function readEnv<Env>(schema: z.ZodMiniType<Env>): Env {
  const read = schema.safeParse(process.env);
  if (read.success) return read.data;
  const names = read.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new ConfigurationError(`Environment variable ${names} is missing or wrong; serverless.yml sets it, so deploy the stack again.`);
}
