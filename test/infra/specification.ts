import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec';
import type { PropertyType, ResourceProperties, SpecDatabase } from '@aws-cdk/service-spec-types';
import { intrinsicOf, isObject, type Template } from './packaged-template.ts';

/** CloudFormation's own attributes of a resource, beside Type and Properties. */
const ATTRIBUTES = ['Type', 'Properties', 'DependsOn', 'Condition', 'DeletionPolicy', 'UpdateReplacePolicy', 'CreationPolicy', 'UpdatePolicy', 'Metadata'];

/** A database with the CloudFormation resource specification as AWS publishes it. */
export function loadSpecification(): Promise<SpecDatabase> {
  return loadAwsServiceSpec();
}

/** What a template has that the specification does not know, or lacks that it requires: one sentence each, with the path. */
export function violations(spec: SpecDatabase, template: Template): string[] {
  return Object.entries(template.Resources).flatMap(([name, resource]) => {
    const [known] = spec.lookup('resource', 'cloudFormationType', 'equals', resource.Type);
    if (known === undefined) return [`${name}: there is no resource type ${resource.Type}`];
    const unknown = Object.keys(resource).filter((attribute) => !ATTRIBUTES.includes(attribute)).map((attribute) => `${name}: a resource has no ${attribute}`);
    return [...unknown, ...ofProperties(spec, known.properties, resource.Properties ?? {}, name)];
  });
}

function ofProperties(spec: SpecDatabase, known: ResourceProperties, given: Readonly<Record<string, unknown>>, path: string): string[] {
  const missing = Object.entries(known).filter(([name, { required }]) => required === true && given[name] === undefined).map(([name]) => `${path}: ${name} is required`);
  const found = Object.entries(given).flatMap(([name, value]) => {
    const property = known[name];
    return property === undefined ? [`${path}: there is no property ${name}`] : ofValue(spec, property.type, value, `${path}.${name}`);
  });
  return [...missing, ...found];
}

/** What CloudFormation computes is taken for what it should be, but both ways of a Fn::If are looked at. */
function ofValue(spec: SpecDatabase, type: PropertyType, value: unknown, path: string): string[] {
  const intrinsic = intrinsicOf(value);
  if (intrinsic === null) return ofLiteral(spec, type, value, path);
  const [name, argument] = intrinsic;
  return name === 'Fn::If' && Array.isArray(argument) ? argument.slice(1).flatMap((way) => ofValue(spec, type, way, path)) : [];
}

function ofLiteral(spec: SpecDatabase, type: PropertyType, value: unknown, path: string): string[] {
  switch (type.type) {
    case 'json':
      return isObject(value) ? [] : [`${path} is no object`];
    case 'array':
      return Array.isArray(value) ? value.flatMap((item, index) => ofValue(spec, type.element, item, `${path}.${index}`)) : [`${path} is no list`];
    case 'map':
      return isObject(value) ? Object.entries(value).flatMap(([key, item]) => ofValue(spec, type.element, item, `${path}.${key}`)) : [`${path} is no map`];
    case 'ref':
      return isObject(value) ? ofProperties(spec, spec.get('typeDefinition', type.reference.$ref).properties, value, path) : [`${path} is no object`];
    case 'union':
      return ofUnion(type.types.map((one) => ofLiteral(spec, one, value, path)));
    default:
      return ofScalar(type, value, path);
  }
}

/** Fits when one of the types fits; else the complaints of the nearest one. */
function ofUnion(complaints: readonly string[][]): string[] {
  return complaints.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function ofScalar(type: PropertyType, value: unknown, path: string): string[] {
  const fits = { string: typeof value === 'string', integer: Number.isInteger(value), number: typeof value === 'number', boolean: typeof value === 'boolean' };
  if (type.type !== 'string' && type.type !== 'integer' && type.type !== 'number' && type.type !== 'boolean') return [`${path} is of the type ${type.type}, which this check does not know`];
  if (!fits[type.type]) return [`${path} is no ${type.type}`];
  const allowed: readonly unknown[] | undefined = 'allowedValues' in type ? type.allowedValues : undefined;
  return allowed === undefined || allowed.includes(value) ? [] : [`${path} is ${String(value)}, not one of ${allowed.join(', ')}`];
}
