import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ModelId } from './model/model.ts';

export interface Metrics {
  readonly registry: Registry;
  countPredictions(model: ModelId, count: number): void;
}

/** Metrics of one server, in a registry of its own, with those of the process. */
export function createMetrics(served: () => ModelId | null): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const predictions = new Counter({ name: 'predictions_total', help: 'Flowers classified.', labelNames: ['model', 'alias', 'version'], registers: [registry] });
  new Gauge({
    name: 'model_info',
    help: 'The model that answers requests which choose none; absent until it is loaded.',
    labelNames: ['model', 'alias', 'version'],
    registers: [registry],
    collect() {
      const id = served();
      this.reset();
      if (id !== null) this.set(labelsOf(id), 1);
    },
  });
  return { registry, countPredictions: (model, count) => predictions.inc(labelsOf(model), count) };
}

/** Measures each request by its route, never by its URL: what a client makes up must not become a time series. */
export function measureRequests(app: FastifyInstance, registry: Registry): void {
  const durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    durations.observe({ method, route: routeOptions.url ?? 'unknown', status: statusCode }, elapsedTime / 1000);
  });
}

function labelsOf({ name, alias, version }: ModelId): { model: string; alias: string; version: string } {
  return { model: name, alias, version };
}
