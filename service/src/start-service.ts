import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { buildServer } from './build-server.ts';
import { loadUntilReady } from './load-until-ready.ts';
import type { Model } from './model/model.ts';
import { openModelSource } from './model/model-source.ts';
import { createModels } from './model/models.ts';
import { Readiness } from './readiness.ts';
import type { Settings } from './settings.ts';

export interface Service {
  readonly app: FastifyInstance;
  readonly port: number;
  /** The service's own model, once it is ready with it; null when it was stopped first, or never becomes ready. */
  readonly loaded: Promise<Model | null>;
  /** Says that it is not ready, waits for the delay of the settings, answers the requests in flight, and ends. */
  stop(): Promise<void>;
}

interface Host {
  readonly logger: NonNullable<FastifyServerOptions['logger']>;
  /** A number from 0 up to 1, for the faults. */
  readonly random: () => number;
}

/** Listens at once, so that liveness and readiness can be asked, and loads the model meanwhile. */
export async function startService(settings: Settings, { logger, random }: Host): Promise<Service> {
  const { modelName, modelAlias, modelSource, modelToken, faults } = settings;
  const readiness = new Readiness(`Model ${modelName}@${modelAlias} is being loaded from ${modelSource}.`);
  const models = createModels(openModelSource({ source: modelSource, token: modelToken }), modelName);
  const app = await buildServer({ settings, models, readiness, logger, random });
  const { host, port } = settings;
  await app.listen({ host, port, listenTextResolver: (address) => `listening at ${address}` });
  const ending = new AbortController();
  if (faults.neverReady) readiness.explain('FAULT_NEVER_READY is true: the service stays not ready on purpose.');
  const loading = { models, alias: modelAlias, readiness, log: app.log, startDelay: faults.startDelay, signal: ending.signal };
  return {
    app,
    loaded: faults.neverReady ? Promise.resolve(null) : loadUntilReady(loading),
    port: (app.server.address() as AddressInfo).port,
    async stop() {
      readiness.stop();
      ending.abort();
      await sleep(settings.shutdownDelay * 1000);
      await app.close();
    },
  };
}
