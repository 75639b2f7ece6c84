import { existsSync, readFileSync } from 'node:fs';

export type TemplateResource = {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly [attribute: string]: unknown;
};

export type Template = {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Outputs?: Readonly<Record<string, unknown>>;
};

export const PACKAGE = new URL('../../.serverless/', import.meta.url);

/** The template that a deployment would send to CloudFormation. */
export function readTemplate(): Template {
  const file = new URL('cloudformation-template-update-stack.json', PACKAGE);
  if (!existsSync(file)) throw new Error('There is no packaged template: run `npm run package` first.');
  return JSON.parse(readFileSync(file, 'utf8')) as Template;
}

/** Resources of a type, with their logical names. */
export function resourcesOf(template: Template, type: string): (readonly [string, Readonly<Record<string, unknown>>])[] {
  return Object.entries(template.Resources).flatMap(([name, { Type, Properties }]) => (Type === type ? [[name, Properties ?? {}] as const] : []));
}

/** The one resource of a type. */
export function onlyResource(template: Template, type: string): readonly [string, Readonly<Record<string, unknown>>] {
  const [found, ...others] = resourcesOf(template, type);
  if (found === undefined || others.length > 0) throw new Error(`The template has ${others.length + (found === undefined ? 0 : 1)} resources of type ${type}, not one.`);
  return found;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `[function, argument]` where the value is computed by CloudFormation; null where it stands as it is. */
export function intrinsicOf(value: unknown): readonly [string, unknown] | null {
  if (!isObject(value)) return null;
  const [entry, ...others] = Object.entries(value);
  return entry !== undefined && others.length === 0 && /^(?:Ref|Condition|Fn::\w+)$/.test(entry[0]) ? entry : null;
}
