import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { parseShape } from '../aws/shape.ts';

const Parameter = z.strictObject({
  Type: z.enum(['String', 'CommaDelimitedList']),
  Default: z.string().optional(),
  Description: z.string().optional(),
});

const Resource = z.strictObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DependsOn: z.array(z.string()).default([]),
  /** Name of the condition under which there is such a resource. */
  Condition: z.string().optional(),
  // What happens when a stack is updated or deleted; the sandbox's stack is only ever created.
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
});

const Output = z.strictObject({ Value: z.unknown(), Condition: z.string().optional(), Description: z.string().optional(), Export: z.unknown().optional() });

const Template = z.strictObject({
  AWSTemplateFormatVersion: z.string().optional(),
  Description: z.string().optional(),
  Parameters: z.record(z.string(), Parameter).default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(z.string(), Resource),
  Outputs: z.record(z.string(), Output).default({}),
});

export type Template = z.output<typeof Template>;

/** @throws AwsError naming a section, parameter type or resource attribute that the sandbox does not know */
export function parseTemplate(value: unknown): Template {
  return parseShape(Template, value, 'Template');
}

/** What `serverless package` left in its folder: the template, and the zips that it names by the key they would be uploaded under. */
export type PackagedStack = { readonly template: Template; readonly readArtifact: (key: string) => Promise<Uint8Array> };

export async function readPackagedStack(folder: string): Promise<PackagedStack> {
  const text = await readFile(join(folder, 'cloudformation-template-update-stack.json'), 'utf8');
  return { template: parseTemplate(JSON.parse(text)), readArtifact: (key) => readFile(join(folder, basename(key))) };
}
