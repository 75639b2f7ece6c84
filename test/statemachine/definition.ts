import { readFileSync } from 'node:fs';

export type AslState = {
  readonly Type: string;
  readonly Comment?: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly TimeoutSeconds?: number | string;
  readonly Resource?: string;
  readonly Arguments?: { readonly FunctionName: string };
  readonly Choices?: readonly { readonly Condition: string; readonly Next: string }[];
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly { readonly ErrorEquals: readonly string[]; readonly Next: string; readonly Assign?: Readonly<Record<string, unknown>> }[];
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly MaxConcurrency?: number;
  readonly ItemProcessor?: AslMachine;
};

export type Retrier = { readonly ErrorEquals: readonly string[]; readonly MaxAttempts: number; readonly IntervalSeconds: number; readonly BackoffRate: number; readonly MaxDelaySeconds: number; readonly JitterStrategy: string };

export type AslMachine = { readonly StartAt: string; readonly States: Readonly<Record<string, AslState>>; readonly QueryLanguage?: string; readonly TimeoutSeconds?: number };

export const DEFINITION_TEXT = readFileSync(new URL('../../statemachine/deploy.asl.json', import.meta.url), 'utf8');
export const DEFINITION = JSON.parse(DEFINITION_TEXT) as AslMachine;

/** Every state with its name and the machine it is in, inner ones included. */
export function statesOf(machine: AslMachine): readonly { readonly name: string; readonly state: AslState; readonly machine: AslMachine }[] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    { name, state, machine },
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor)),
  ]);
}

/** States to which a state can lead. */
export function nextStates(state: AslState): readonly string[] {
  return [state.Next, state.Default, ...(state.Choices ?? []).map((choice) => choice.Next), ...(state.Catch ?? []).map((catcher) => catcher.Next)].filter((name) => name !== undefined);
}
