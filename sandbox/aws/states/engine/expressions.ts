import jsonata from 'jsonata';
import { EvaluationError } from './errors.ts';
import { type Json, type JsonObject, toJson } from './json.ts';

/** Functions that the service offers or JSONata has, and this engine does not provide: no flow needs them, and time and chance come in from outside. */
const NOT_PROVIDED = /\$(eval|hash|millis|now|parse|partition|random|range|uuid)\s*\(/;

const compiled = new Map<string, jsonata.Expression>();

/** Whether a string of the definition is an expression: all of it between `{%` and `%}`. */
export function isExpression(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}');
}

/** Why the expression cannot be used, or null. */
export function expressionProblem(text: string): string | null {
  const unknown = NOT_PROVIDED.exec(text);
  if (unknown) return `the function $${unknown[1]} is not provided by the sandbox`;
  try {
    compile(sourceOf(text));
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** Fills in a template: each expression in it, at any depth, is replaced by its value. `location` names the field in errors. */
export async function evaluate(template: Json, bindings: JsonObject, location: string): Promise<Json> {
  if (isExpression(template)) return evaluateExpression(sourceOf(template), bindings, location);
  if (Array.isArray(template)) {
    return Promise.all(template.map((item, index) => evaluate(item, bindings, `${location}[${index}]`)));
  }
  if (typeof template !== 'object' || template === null) return template;
  const values: JsonObject = {};
  for (const [key, value] of Object.entries(template)) values[key] = await evaluate(value, bindings, `${location}/${key}`);
  return values;
}

/** Like `evaluate`, for a field that must be of one type. */
export async function evaluateAs<T extends Json>(type: TypeCheck<T>, template: Json, bindings: JsonObject, location: string): Promise<T> {
  const value = await evaluate(template, bindings, location);
  if (type.is(value)) return value;
  const problem = `returned an unexpected result type. Expected '${type.name}' for value: ${JSON.stringify(value)}`;
  throw new EvaluationError(location, `The JSONata expression specified for the field '${location}' ${problem}`);
}

type TypeCheck<T extends Json> = { readonly name: string; is(value: Json): value is T };

export const BOOLEAN: TypeCheck<boolean> = { name: 'boolean', is: (value) => typeof value === 'boolean' };
export const ARRAY: TypeCheck<Json[]> = { name: 'array', is: (value) => Array.isArray(value) };
export const COUNT: TypeCheck<number> = { name: 'non-negative integer', is: (value): value is number => Number.isInteger(value) && Number(value) >= 0 };
export const POSITIVE: TypeCheck<number> = { name: 'positive integer', is: (value): value is number => Number.isInteger(value) && Number(value) > 0 };

async function evaluateExpression(source: string, bindings: JsonObject, location: string): Promise<Json> {
  const failed = (how: string): EvaluationError => new EvaluationError(location, `The JSONata expression '${source}' specified for the field '${location}' ${how}`);
  let value: unknown;
  try {
    value = await compile(source).evaluate(undefined, bindings);
  } catch (error) {
    throw failed(`threw an error during evaluation. ${messageOf(error)}`);
  }
  if (value === undefined) throw failed('returned nothing (undefined).');
  if (typeof value === 'function') throw failed('returned a function.');
  return toJson(value);
}

function compile(source: string): jsonata.Expression {
  const known = compiled.get(source);
  if (known) return known;
  const expression = jsonata(source);
  compiled.set(source, expression);
  return expression;
}

function sourceOf(text: string): string {
  return text.slice(2, -2).trim();
}

/** JSONata throws plain objects with a message, not Errors. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
