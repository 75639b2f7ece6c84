import type { SpecDatabase } from '@aws-cdk/service-spec-types';
import { intrinsicOf, isObject, type Template } from './packaged-template.ts';

const PSEUDO_PARAMETERS = ['AWS::AccountId', 'AWS::Region', 'AWS::Partition', 'AWS::StackName', 'AWS::StackId', 'AWS::URLSuffix', 'AWS::NoValue'];

type Reference = readonly [intrinsic: string, argument: unknown];

/** References of a template that lead nowhere: one sentence each. */
export function danglingReferences(spec: SpecDatabase, template: Template): string[] {
  const dependencies = Object.entries(template.Resources).flatMap(([name, { DependsOn = [] }]) =>
    [DependsOn].flat().filter((other) => typeof other !== 'string' || template.Resources[other] === undefined).map((other) => `${name} depends on ${String(other)}, which is no resource`),
  );
  return [...dependencies, ...referencesIn(template).flatMap((reference) => problemOf(spec, template, reference) ?? [])];
}

function referencesIn(value: unknown): Reference[] {
  const intrinsic = intrinsicOf(value);
  const inside = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return [...(intrinsic === null ? [] : [intrinsic]), ...inside.flatMap(referencesIn)];
}

function problemOf(spec: SpecDatabase, template: Template, [intrinsic, argument]: Reference): string[] | null {
  switch (intrinsic) {
    case 'Ref':
      return refProblem(template, String(argument));
    case 'Fn::GetAtt':
      return attributeProblem(spec, template, Array.isArray(argument) ? argument.map(String) : String(argument).split('.'));
    case 'Fn::Sub':
      return placeholders(argument).flatMap((name) => (name.includes('.') ? attributeProblem(spec, template, name.split('.')) : refProblem(template, name)));
    case 'Fn::If':
      return Array.isArray(argument) && template.Conditions?.[String(argument[0])] !== undefined ? [] : [`there is no condition ${JSON.stringify(argument)}`];
    case 'Fn::Join':
    case 'Fn::Not':
    case 'Fn::Equals':
      return null;
    default:
      return [`${intrinsic} is an intrinsic that this check does not know`];
  }
}

function refProblem(template: Template, name: string): string[] {
  const isKnown = PSEUDO_PARAMETERS.includes(name) || template.Resources[name] !== undefined || template.Parameters?.[name] !== undefined;
  return isKnown ? [] : [`there is no resource or parameter ${name}`];
}

function attributeProblem(spec: SpecDatabase, template: Template, [name = '', ...rest]: readonly string[]): string[] {
  const resource = template.Resources[name];
  if (resource === undefined) return [`there is no resource ${name}`];
  const [known] = spec.lookup('resource', 'cloudFormationType', 'equals', resource.Type);
  return known?.attributes[rest.join('.')] === undefined ? [`${name} (${resource.Type}) has no attribute ${rest.join('.')}`] : [];
}

function placeholders(text: unknown): string[] {
  if (typeof text !== 'string') throw new Error('This check knows Fn::Sub with a text alone.');
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => name ?? '');
}
