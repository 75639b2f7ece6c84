import * as z from 'zod/mini';
import { ConfigurationError } from '../../domain/errors.ts';

/** Go omits empty strings, and writes some unset instants as null. */
export const text = z._default(z.string(), '');
/** Numeric status fields that are 0 are omitted. */
export const count = z._default(z.number(), 0);
export const flag = z._default(z.boolean(), false);
export const instant = z._default(z.nullable(z.string()), null);
export const labels = z._default(z.record(z.string(), z.string()), {});

const ownerReferences = z._default(z.array(z.object({ uid: z.string(), controller: flag })), []);

export const metadata = z.object({
  name: z.string(),
  namespace: text,
  uid: z.string(),
  generation: count,
  creationTimestamp: instant,
  deletionTimestamp: instant,
  labels,
  annotations: labels,
  ownerReferences,
});

export const conditions = z._default(
  z.array(z.object({ type: z.string(), status: z.string(), reason: text, message: text, lastTransitionTime: instant })),
  [],
);

/** Uid of the controller that made the object; empty where nothing did. */
export function ownerUid(owners: z.infer<typeof ownerReferences>): string {
  return owners.find(({ controller }) => controller)?.uid ?? '';
}

/** Checks what we use of an object. @throws ConfigurationError naming the field */
export function parseObject<T>(schema: z.ZodMiniType<T>, kind: string, object: unknown): T {
  const parsed = schema.safeParse(object);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigurationError(`The cluster sent a ${kind} that cannot be read at ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}; check that its API serves the stable versions.`);
}
