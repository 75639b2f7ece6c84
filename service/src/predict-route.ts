import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { Faults } from './settings.ts';
import { Batch, Flower, Prediction } from './iris.ts';
import type { Metrics } from './metrics.ts';
import type { Model } from './model/model.ts';
import type { Models } from './model/models.ts';
import { UnknownModelError } from './model/unknown-model-error.ts';
import { Problem, ProblemError } from './problems.ts';
import type { Readiness } from './readiness.ts';

interface Predicting {
  readonly models: Models;
  readonly alias: string;
  readonly aliasHeader: string | null;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly errorRate: Faults['errorRate'];
  /** A number from 0 up to 1, for the faults. */
  readonly random: () => number;
}

const Answer = Type.Object({
  model: Type.Object({ name: Type.String(), alias: Type.String(), version: Type.String() }),
  predictions: Type.Array(Prediction),
});

const schema = {
  summary: 'Classifies one flower, or a batch of them',
  description: 'The body is a flower, or { "instances": [flower, …] }. The predictions are in the order of the flowers.',
  body: Type.Union([Flower, Batch]),
  response: { 200: Answer, 400: Problem, 500: Problem, 503: Problem },
};

export function predictRoute(predicting: Predicting): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post('/predict', { schema }, async ({ body, headers }) => {
      const { errorRate, random, metrics, aliasHeader } = predicting;
      if (random() < errorRate) throw new ProblemError(500, `FAULT_ERROR_RATE is ${errorRate}: this error is on purpose.`);
      const model = await modelFor(predicting, aliasHeader === null ? undefined : headers[aliasHeader]);
      const predictions = await model.predict('instances' in body ? body.instances : [body]);
      metrics.countPredictions(model.id, predictions.length);
      return { model: model.id, predictions };
    });
  };
}

async function modelFor({ models, alias, aliasHeader, readiness }: Predicting, chosen: string | string[] | undefined): Promise<Model> {
  // A service that shuts down still answers what reaches it; one without its model can't.
  if (readiness.model === null) throw new ProblemError(503, readiness.state.ready ? 'The service is not ready.' : readiness.state.reason);
  try {
    return await models.withAlias(typeof chosen === 'string' ? chosen : alias);
  } catch (error) {
    if (error instanceof UnknownModelError) throw new ProblemError(400, error.message, `/headers/${aliasHeader}`);
    throw error;
  }
}
