import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Model } from './model/model.ts';
import type { Models } from './model/models.ts';
import type { Readiness } from './readiness.ts';

interface Loading {
  readonly models: Models;
  readonly alias: string;
  readonly readiness: Readiness;
  readonly log: Pick<FastifyBaseLogger, 'info' | 'error'>;
  /** Seconds before the first attempt. */
  readonly startDelay: number;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Loads the service's own model and makes the service ready. What failed is tried again, after a pause that doubles: the registry may be
 * down, or the alias not set yet. Until then the log and readiness say why. Null when it was ended first.
 */
export async function loadUntilReady(loading: Loading): Promise<Model | null> {
  const { models, alias, readiness, log, signal } = loading;
  let pause = FIRST_PAUSE_MS;
  if (!(await pauses(loading.startDelay * 1000, signal))) return null;
  for (;;) {
    try {
      const model = await models.withAlias(alias);
      readiness.becomeReady(model.id);
      log.info({ model: model.id }, 'ready');
      return model;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      readiness.explain(reason);
      log.error({ againInSeconds: pause / 1000 }, reason);
    }
    if (!(await pauses(pause, signal))) return null;
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** False when it was ended. */
async function pauses(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
