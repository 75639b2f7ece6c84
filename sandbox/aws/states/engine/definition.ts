import { z } from 'zod';
import { checkProcessor } from './definition-rules.ts';
import type { Json, JsonObject } from './json.ts';

/** The task integrations that the engine schedules; all others are refused by name. */
const INTEGRATIONS = ['arn:aws:states:::lambda:invoke', 'arn:aws:states:::lambda:invoke.waitForTaskToken'] as const;

const template = z.json() as z.ZodType<Json>;
const variables = z.record(z.string(), template) as z.ZodType<JsonObject>;
const name = z.string().min(1).max(80);
const errorNames = z.array(z.string().min(1)).min(1);
const expression = z.string().startsWith('{%').endsWith('%}');
const seconds = z.union([z.int().positive(), expression]);
const count = z.union([z.int().nonnegative(), expression]);

const leaves = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONata').optional() };
const outputs = { Assign: variables.optional(), Output: template.optional() };
const transition = { Next: name.optional(), End: z.literal(true).optional() };

const retriers = z.array(
  z.strictObject({
    Comment: z.string().optional(),
    ErrorEquals: errorNames,
    IntervalSeconds: z.int().positive().optional(),
    MaxAttempts: z.int().nonnegative().optional(),
    BackoffRate: z.number().min(1).optional(),
    MaxDelaySeconds: z.int().positive().max(31_622_400).optional(),
    JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
  }),
);
const catchers = z.array(z.strictObject({ Comment: z.string().optional(), ErrorEquals: errorNames, Next: name, ...outputs }));
const recovery = { Retry: retriers.optional(), Catch: catchers.optional() };

const task = z.strictObject({
  Type: z.literal('Task'),
  Resource: z.enum(INTEGRATIONS, {
    error: (issue) => `the integration ${JSON.stringify(issue.input)} is not provided by the sandbox (it has ${INTEGRATIONS.join(', ')})`,
  }),
  Arguments: template.optional(),
  TimeoutSeconds: seconds.optional(),
  ...leaves, ...outputs, ...transition, ...recovery,
});
const choice = z.strictObject({
  Type: z.literal('Choice'),
  Choices: z.array(z.strictObject({ Comment: z.string().optional(), Condition: z.union([z.boolean(), expression]), Next: name, ...outputs })).min(1),
  Default: name.optional(),
  ...leaves, ...outputs,
});
const pass = z.strictObject({ Type: z.literal('Pass'), ...leaves, ...outputs, ...transition });
const succeed = z.strictObject({ Type: z.literal('Succeed'), Output: template.optional(), ...leaves });
const mapFields = {
  Type: z.literal('Map'),
  Items: z.union([z.array(template), expression]).optional(),
  ItemSelector: template.optional(),
  MaxConcurrency: count.optional(),
  ...leaves, ...outputs, ...transition, ...recovery,
};
// Annotated, because a processor holds states, and a Map state holds a processor.
const map: z.ZodObject<typeof mapFields & { ItemProcessor: z.ZodType<Processor> }, z.core.$strict> = z.strictObject({
  ...mapFields,
  ItemProcessor: z.lazy(() => z.strictObject({ ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE') }).optional(), ...processor })),
});

const STATE_TYPES = ['Choice', 'Map', 'Pass', 'Succeed', 'Task'].join(', ');

const state = z.discriminatedUnion('Type', [task, choice, pass, succeed, map], {
  error: `the state type is not provided by the sandbox (it has ${STATE_TYPES})`,
});
const processor = { Comment: z.string().optional(), StartAt: name, States: z.record(name, state) };
const definition = z.strictObject({ QueryLanguage: z.literal('JSONata'), TimeoutSeconds: z.int().positive().optional(), ...processor });

export type TaskState = z.infer<typeof task>;
export type ChoiceState = z.infer<typeof choice>;
export type PassState = z.infer<typeof pass>;
export type SucceedState = z.infer<typeof succeed>;
export type MapState = z.infer<z.ZodObject<typeof mapFields>> & { readonly ItemProcessor: Processor };
export type State = TaskState | ChoiceState | PassState | SucceedState | MapState;

/** States with a start: a whole state machine, or what a Map runs for each item. */
export type Processor = { readonly StartAt: string; readonly States: Readonly<Record<string, State>> };

export type Definition = Processor & { readonly TimeoutSeconds?: number | undefined };

/** Reads a state machine definition. Throws one sentence per field, state type or integration that the engine does not provide. */
export function parseDefinition(value: unknown): Definition {
  const parsed = definition.safeParse(value);
  if (!parsed.success) throw refusal(parsed.error.issues.map((issue) => `${issue.path.join('.') || 'the top level'}: ${issue.message}`));
  const problems = checkProcessor(parsed.data, '');
  if (problems.length > 0) throw refusal(problems);
  return parsed.data;
}

function refusal(problems: readonly string[]): Error {
  return new Error(`The state machine definition cannot run here; correct it or extend the engine: ${problems.join('; ')}.`);
}
