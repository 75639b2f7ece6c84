import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { createMetrics } from '../../../src/adapters/cloudwatch/metrics.ts';
import { aConclusion } from '../../contract/events.contract.ts';

const Line = z.object({
  _aws: z.object({ CloudWatchMetrics: z.tuple([z.object({ Namespace: z.string(), Dimensions: z.array(z.array(z.string())), Metrics: z.array(z.unknown()) })]) }),
  service: z.string(),
  environment: z.string(),
  stage: z.string(),
  StageDuration: z.number(),
});

/** What `work` writes to standard output, where Lambda reads embedded metrics. */
function outputOf(work: () => void): string {
  const written: string[] = [];
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
  try {
    work();
  } finally {
    stdout.mockRestore();
  }
  return written.join('');
}

it('writes one embedded metric for each stage that was reached, and for total and overhead', () => {
  const text = outputOf(() => createMetrics().concluded(aConclusion({ timings: { queue: 900, rollout: 4_000, total: 4_900, overhead: 900 } })));
  const lines = text.trim().split('\n').map((line) => Line.parse(JSON.parse(line)));
  expect(lines.map(({ stage, StageDuration }) => [stage, StageDuration])).toEqual([
    ['queue', 900],
    ['rollout', 4_000],
    ['total', 4_900],
    ['overhead', 900],
  ]);
  expect(lines[0]).toMatchObject({ service: 'inference-service', environment: 'dev' });
  expect(lines[0]?._aws.CloudWatchMetrics[0]).toEqual({
    Namespace: 'Slipway',
    Dimensions: [['service', 'environment', 'stage']],
    Metrics: [{ Name: 'StageDuration', Unit: 'Milliseconds' }],
  });
});
