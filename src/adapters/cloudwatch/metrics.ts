import { Metrics as PowertoolsMetrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { STAGES } from '../../domain/timings.ts';
import type { Metrics } from '../../ports/events.ts';

export const NAMESPACE = 'Slipway';
export const STAGE_DURATION = 'StageDuration';

/** Timings as CloudWatch metrics: one embedded-metric line on standard output for each stage, and for `total` and `overhead`. */
export function createMetrics(): Metrics {
  return {
    concluded({ service, environment, timings }) {
      for (const stage of [...STAGES, 'total', 'overhead'] as const) {
        const length = timings[stage];
        if (length === undefined) continue;
        new PowertoolsMetrics({ namespace: NAMESPACE, singleMetric: true, serviceName: service })
          .addDimension('environment', environment)
          .addDimension('stage', stage)
          .addMetric(STAGE_DURATION, MetricUnit.Milliseconds, length);
      }
    },
  };
}
