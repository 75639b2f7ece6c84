import * as z from 'zod/mini';
import type { Deployment } from '../../domain/deployment.ts';
import { StoredRelease } from './stored.ts';

/**
 * A deployment as the state machine hands it on. Loose: it is kept for seconds, and given back as it came, to a step that checks it
 * again.
 */
export const StoredDeployment = z.looseObject({
  service: z.string(),
  environment: z.string(),
  target: z.string(),
  release: StoredRelease,
  marks: z.looseObject({ started: z.iso.datetime() }),
}) as unknown as z.ZodMiniType<Deployment>;
