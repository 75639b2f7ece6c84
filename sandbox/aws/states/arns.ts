import type { AwsAccount } from '../service.ts';

/** Characters that no name of an execution or state machine may hold; at most 80 others. */
const NAME = /^[^\s\p{Cc}\p{Cs}<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/u;

export function isValidName(name: string): boolean {
  return NAME.test(name);
}

export function stateMachineArn({ region, id }: AwsAccount, name: string): string {
  return `arn:aws:states:${region}:${id}:stateMachine:${name}`;
}

export function executionArn(stateMachine: string, name: string): string {
  return `${stateMachine.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** Whether the text has the shape of an ARN of that kind, in whatever account. */
export function isArnOf(kind: 'execution' | 'stateMachine', arn: string): boolean {
  const [prefix, partition, service, , , resource, machine, name] = arn.split(':');
  const named = kind === 'execution' ? Boolean(machine && name) : Boolean(machine) && name === undefined;
  return prefix === 'arn' && partition === 'aws' && service === 'states' && resource === kind && named;
}
