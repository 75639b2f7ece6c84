import { type AwsAccount, AwsError } from '../aws/service.ts';
import { evaluate, isTrue, type Scope } from './evaluate.ts';
import { type Deployed, deployResource } from './resource-types.ts';
import type { StackTarget } from './stack-target.ts';
import type { PackagedStack, Template } from './template.ts';

export type DeployOptions = {
  readonly stackName: string;
  readonly account: AwsAccount;
  /** Values of parameters; the template's defaults stand for the others. */
  readonly parameters?: Readonly<Record<string, string>>;
  readonly target: StackTarget;
};

export type Stack = {
  readonly outputs: Readonly<Record<string, string>>;
  /** By logical id, in the order they were deployed. */
  readonly resources: ReadonlyMap<string, Deployed>;
};

/** Creates every resource of a packaged template, each after those that it refers to. @throws AwsError naming the resource and what is not known */
export async function deployStack({ template, readArtifact }: PackagedStack, options: DeployOptions): Promise<Stack> {
  const { account, stackName, target } = options;
  const lookups = { account, parameters: parameterValues(template, options.parameters ?? {}), conditions: template.Conditions };
  const deployed = new Map<string, Deployed>();
  const scope: Scope = { ...lookups, resource: (logicalId, attribute) => valueOf(deployed, logicalId, attribute) };
  for (const [logicalId, { Type, Properties }] of inOrder(template, lookups)) {
    const properties = Object.fromEntries(Object.entries(Properties).map(([name, value]) => [name, evaluate(value, scope, `${logicalId}.${name}`)]));
    // A property whose value is AWS::NoValue is as if it were not there.
    const given = Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
    deployed.set(logicalId, await deployResource({ logicalId, type: Type, properties: given }, { account, stackName, target, readArtifact }));
  }
  const told = Object.entries(template.Outputs).filter(([name, { Condition }]) => Condition === undefined || isTrue(Condition, scope, `Outputs.${name}`));
  const outputs = told.map(([name, { Value }]) => [name, String(evaluate(Value, scope, `Outputs.${name}`))]);
  return { outputs: Object.fromEntries(outputs) as Record<string, string>, resources: deployed };
}

function valueOf(deployed: ReadonlyMap<string, Deployed>, logicalId: string, attribute: string | null): string | undefined {
  const resource = deployed.get(logicalId);
  if (resource === undefined || attribute === null) return resource?.ref;
  const value = resource.attributes[attribute];
  if (value === undefined) throw new AwsError('ValidationError', `Resource ${logicalId}: the sandbox does not know attribute ${attribute}`);
  return value;
}

function parameterValues(template: Template, given: Readonly<Record<string, string>>): Scope['parameters'] {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(template.Parameters, name));
  if (unknown !== undefined) throw new AwsError('ValidationError', `The template has no parameter ${unknown}`);
  const values = Object.entries(template.Parameters).map(([name, { Type, Default }]) => {
    const value = given[name] ?? Default;
    if (value === undefined) throw new AwsError('ValidationError', `Parameter ${name} has no value and no default`);
    return [name, Type === 'CommaDelimitedList' ? value.split(',').map((item) => item.trim()) : value] as const;
  });
  return Object.fromEntries(values);
}

type Entry = readonly [logicalId: string, resource: Template['Resources'][string]];

/** The resources, each after those it refers to. References are found by evaluating with a stand-in for every resource. */
function inOrder(template: Template, lookups: Omit<Scope, 'resource'>): readonly Entry[] {
  const ordered = new Map<string, Entry>();

  function visit(logicalId: string, path: readonly string[]): void {
    if (ordered.has(logicalId)) return;
    if (path.includes(logicalId)) throw new AwsError('ValidationError', `Circular dependency between resources: ${[...path, logicalId].join(' → ')}`);
    const resource = template.Resources[logicalId];
    if (resource === undefined) throw new AwsError('ValidationError', `${path.at(-1)}.DependsOn: the template has no resource ${logicalId}`);
    for (const dependency of [...resource.DependsOn, ...references(logicalId, resource)]) visit(dependency, [...path, logicalId]);
    ordered.set(logicalId, [logicalId, resource]);
  }

  function references(logicalId: string, { Properties }: Entry[1]): ReadonlySet<string> {
    const found = new Set<string>();
    const resource = (name: string): string | undefined => (Object.hasOwn(template.Resources, name) ? (found.add(name), name) : undefined);
    evaluate(Properties, { ...lookups, resource }, logicalId);
    return found;
  }

  const everything: Scope = { ...lookups, resource: (name) => name };
  for (const [logicalId, { Condition }] of Object.entries(template.Resources)) {
    if (Condition === undefined || isTrue(Condition, everything, logicalId)) visit(logicalId, []);
  }
  return [...ordered.values()];
}
