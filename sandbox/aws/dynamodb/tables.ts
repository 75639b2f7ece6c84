import { z } from 'zod';
import { parseShape } from '../shape.ts';

const TableProperties = z.strictObject({
  TableName: z.string(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })),
  PointInTimeRecoverySpecification: z.strictObject({ PointInTimeRecoveryEnabled: z.boolean() }).optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string(), Enabled: z.boolean() }).optional(),
});

/** A table as it was asked for. What the engine cannot do (recovery, expiry) is recorded here and nowhere acted upon. */
export type TableProperties = z.output<typeof TableProperties>;

/** Reads the properties of an AWS::DynamoDB::Table. @throws AwsError naming a property that the sandbox does not know */
export function parseTable(properties: unknown): TableProperties {
  return parseShape(TableProperties, properties, 'AWS::DynamoDB::Table');
}

/** The part of them that the engine's CreateTable takes. */
export function createTableInput({ TableName, BillingMode, AttributeDefinitions, KeySchema }: TableProperties): object {
  return { TableName, BillingMode, AttributeDefinitions, KeySchema };
}
