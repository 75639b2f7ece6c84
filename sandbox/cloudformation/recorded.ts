import { z } from 'zod';

/**
 * All that the sandbox takes from a template without acting on it, in one place. Recorded means: known by name, so that nothing new
 * slips in unseen; deployed as a name that others can refer to; without any effect.
 */
export const RECORDED_TYPES: Readonly<Record<string, { readonly name?: string; readonly properties: readonly string[] }>> = {
  'AWS::CloudWatch::Alarm': {
    name: 'AlarmName',
    properties: [
      'AlarmName', 'AlarmDescription', 'ComparisonOperator', 'Dimensions', 'EvaluationPeriods', 'MetricName', 'Namespace', 'Period', 'Statistic',
      'Threshold', 'TreatMissingData',
    ],
  },
  'AWS::Logs::LogGroup': { name: 'LogGroupName', properties: ['LogGroupName', 'RetentionInDays'] },
  'AWS::S3::Bucket': { properties: ['BucketEncryption'] },
  'AWS::S3::BucketPolicy': { properties: ['Bucket', 'PolicyDocument'] },
};

/** Properties without effect of the types that are run. Those of tables and queues stand with them: aws/dynamodb/tables.ts, aws/sqs/queues.ts. */
const RECORDED_PROPERTIES = {
  'AWS::IAM::Role': ['Description'],
  'AWS::Lambda::Function': ['Architectures', 'Description'],
} as const;

/** Schema members for the recorded properties of a type. */
export function recordedProperties(type: keyof typeof RECORDED_PROPERTIES): Readonly<Record<string, z.ZodOptional<z.ZodUnknown>>> {
  return Object.fromEntries(RECORDED_PROPERTIES[type].map((name) => [name, z.unknown().optional()]));
}
