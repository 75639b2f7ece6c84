import { type AwsAccount, AwsError } from '../aws/service.ts';

/** What the intrinsic functions of a template can look up. */
export type Scope = {
  readonly account: AwsAccount;
  readonly parameters: Readonly<Record<string, string | readonly string[]>>;
  /** Conditions of the template by name, not yet evaluated. */
  readonly conditions: Readonly<Record<string, unknown>>;
  /** Physical name of a resource, or one of its attributes; undefined when the template has no such resource. */
  resource(logicalId: string, attribute: string | null): string | undefined;
};

/** `at` is where the value stands, for messages: `Queue.Properties.QueueName`. */
type Intrinsic = (argument: unknown, scope: Scope, at: string) => unknown;

/** The intrinsic functions that the stack uses; any other is refused. */
const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: (name, scope, at) => (name === 'AWS::NoValue' ? undefined : lookUp(text(name, at), scope, at)),
  'Fn::GetAtt': (argument, scope, at) => getAtt(list(argument, at).map((part) => text(part, at)).join('.'), scope, at),
  'Fn::Sub': (template, scope, at) => substitute(text(template, at), scope, at),
  'Fn::Join': (argument, scope, at) => {
    const [delimiter, parts] = list(argument, at);
    return list(evaluate(parts, scope, at), at).map((part) => text(part, at)).join(text(delimiter, at));
  },
  'Fn::If': (argument, scope, at) => {
    const [condition, whenTrue, whenFalse] = list(argument, at);
    return evaluate(isTrue(text(condition, at), scope, at) ? whenTrue : whenFalse, scope, at);
  },
  'Fn::Equals': (argument, scope, at) => {
    const [left, right] = list(argument, at);
    return text(evaluate(left, scope, at), at) === text(evaluate(right, scope, at), at);
  },
  'Fn::Not': (argument, scope, at) => evaluate(list(argument, at)[0], scope, at) !== true,
};

/** The value with its intrinsic functions applied. Members and items that are AWS::NoValue are gone. @throws AwsError naming what it does not know */
export function evaluate(value: unknown, scope: Scope, at: string): unknown {
  if (Array.isArray(value)) return value.map((item, index) => evaluate(item, scope, `${at}[${index}]`)).filter((item) => item !== undefined);
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  const name = entries.map(([key]) => key).find((key) => key === 'Ref' || key.startsWith('Fn::'));
  if (name === undefined) {
    const members = entries.map(([key, member]) => [key, evaluate(member, scope, `${at}.${key}`)] as const);
    return Object.fromEntries(members.filter(([, member]) => member !== undefined));
  }
  const intrinsic = Object.hasOwn(INTRINSICS, name) ? INTRINSICS[name] : undefined;
  if (intrinsic === undefined) throw refused(at, `the sandbox does not know ${name}`);
  if (entries.length > 1) throw refused(at, `${name} stands beside other members`);
  return intrinsic(entries[0]?.[1], scope, `${at}.${name}`);
}

function lookUp(name: string, scope: Scope, at: string): unknown {
  const { account } = scope;
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::AccountId': account.id,
    'AWS::Partition': 'aws',
    'AWS::Region': account.region,
  };
  const found = pseudo[name] ?? scope.parameters[name] ?? scope.resource(name, null);
  if (found === undefined) throw refused(at, `${name} is no parameter, resource or pseudo parameter that the sandbox knows`);
  return found;
}

function getAtt(reference: string, scope: Scope, at: string): string {
  const cut = reference.indexOf('.');
  const found = scope.resource(reference.slice(0, cut), reference.slice(cut + 1));
  if (found === undefined) throw refused(at, `the template has no resource ${reference.slice(0, cut)}`);
  return found;
}

/** `${Name}` and `${Resource.Attribute}`. */
function substitute(template: string, scope: Scope, at: string): string {
  return template.replace(/\$\{([^}]+)\}/g, (_all, name: string) => text(name.includes('.') ? getAtt(name, scope, at) : lookUp(name, scope, at), at));
}

/** Whether a condition of the template holds. @throws AwsError when there is none of that name */
export function isTrue(name: string, scope: Scope, at: string): boolean {
  if (!Object.hasOwn(scope.conditions, name)) throw refused(at, `the template has no condition ${name}`);
  return evaluate(scope.conditions[name], scope, `Conditions.${name}`) === true;
}

function list(value: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(value)) throw refused(at, 'a list is expected');
  return value;
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string') throw refused(at, 'a text is expected');
  return value;
}

function refused(at: string, reason: string): AwsError {
  return new AwsError('ValidationError', `${at}: ${reason}`);
}
