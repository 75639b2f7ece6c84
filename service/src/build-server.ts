import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { fastify, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { createMetrics, measureRequests } from './metrics.ts';
import type { Models } from './model/models.ts';
import { operationRoutes } from './operation-routes.ts';
import { predictRoute } from './predict-route.ts';
import { answerProblem } from './problems.ts';
import type { Readiness } from './readiness.ts';
import type { Settings } from './settings.ts';

interface Parts {
  readonly settings: Settings;
  readonly models: Models;
  readonly readiness: Readiness;
  readonly logger: NonNullable<FastifyServerOptions['logger']>;
  readonly random: () => number;
}

/** The API, not listening yet. Its routes' schemas check what comes in and are its documentation. */
export async function buildServer({ settings, models, readiness, logger, random }: Parts): Promise<FastifyInstance> {
  // A wrong type is an error: nothing is converted, filled in or dropped on the way in.
  const ajv = { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } } as const;
  const app = fastify({ logger, ajv }).withTypeProvider<TypeBoxTypeProvider>();
  const metrics = createMetrics(() => readiness.model);
  app.setErrorHandler(answerProblem);
  app.setNotFoundHandler(async ({ method, url }, reply) => reply.code(404).send({ statusCode: 404, message: `There is no ${method} ${url}; /docs shows what there is.` }));
  measureRequests(app, metrics.registry);
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'inference-service', description: 'Predictions of a model', version: settings.imageTag } } });
  await app.register(swaggerUi, { routePrefix: '/docs', logLevel: 'warn' });
  await app.register(operationRoutes({ settings, readiness, registry: metrics.registry }));
  const { modelAlias: alias, aliasHeader, faults } = settings;
  await app.register(predictRoute({ models, alias, aliasHeader, readiness, metrics, errorRate: faults.errorRate, random }));
  return app;
}
