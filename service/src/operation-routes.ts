import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { Registry } from 'prom-client';
import { Type } from 'typebox';
import type { Readiness } from './readiness.ts';
import type { Settings } from './settings.ts';

interface Operating {
  readonly settings: Settings;
  readonly readiness: Readiness;
  readonly registry: Registry;
}

const Version = Type.Object({
  image: Type.String({ description: "The image's tag" }),
  commit: Type.String(),
  model: Type.Object({
    name: Type.String(),
    alias: Type.String(),
    version: Type.Union([Type.String(), Type.Null()], { description: 'null until the model is loaded' }),
  }),
});
const Ready = Type.Object({ status: Type.Literal('ready'), model: Version.properties.model });
const NotReady = Type.Object({ status: Type.Literal('not ready'), reason: Type.String() });

/** What Kubernetes, Prometheus and people ask a pod. Probes come every few seconds, so these requests are not logged. */
export function operationRoutes({ settings, readiness, registry }: Operating): FastifyPluginAsyncTypebox {
  const logLevel = 'warn';
  return async (app) => {
    const alive = { summary: 'Liveness: the process works', response: { 200: Type.Object({ status: Type.Literal('ok') }) } };
    app.get('/health', { logLevel, schema: alive }, async () => ({ status: 'ok' as const }));

    const ready = { summary: 'Readiness: the model is loaded and warm', response: { 200: Ready, 503: NotReady } };
    app.get('/ready', { logLevel, schema: ready }, async (_, reply) => {
      const { state } = readiness;
      if (state.ready) return reply.send({ status: 'ready', model: state.model });
      return reply.code(503).send({ status: 'not ready', reason: state.reason });
    });

    app.get('/version', { logLevel, schema: { summary: 'What runs here', response: { 200: Version } } }, async () => {
      const { imageTag: image, commit, modelName: name, modelAlias: alias } = settings;
      return { image, commit, model: { name, alias, version: readiness.model?.version ?? null } };
    });

    app.get('/metrics', { logLevel, schema: { summary: 'Metrics for Prometheus', produces: ['text/plain'] } }, async (_, reply) => {
      return reply.type(registry.contentType).send(await registry.metrics());
    });
  };
}
