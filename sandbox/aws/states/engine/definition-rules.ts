import type { Processor, State } from './definition.ts';
import { expressionProblem, isExpression } from './expressions.ts';

/** What the shape alone does not tell: targets that exist, expressions that compile, names that may be assigned. One sentence per problem. */
export function checkProcessor(processor: Processor, path: string): string[] {
  const names = Object.keys(processor.States);
  const unknownStart = names.includes(processor.StartAt) ? [] : [`${path}StartAt: there is no state ${processor.StartAt}`];
  return [...unknownStart, ...names.flatMap((name) => checkState(processor.States[name], names, `${path}States.${name}`))];
}

function checkState(state: State | undefined, names: readonly string[], path: string): string[] {
  if (!state) return [];
  const checks = [checkTransition, checkRecovery, checkVariables, checkExpressions];
  const problems = [...checkTargets(state, names), ...checks.flatMap((check) => check(state))];
  const inner = state.Type === 'Map' ? checkProcessor(state.ItemProcessor, `${path}.ItemProcessor.`) : [];
  return [...problems.map((problem) => `${path}: ${problem}`), ...inner];
}

function checkTransition(state: State): string[] {
  if (state.Type === 'Choice' || state.Type === 'Succeed') return [];
  return (state.Next === undefined) === (state.End === undefined) ? ['exactly one of Next and End is needed'] : [];
}

function checkTargets(state: State, names: readonly string[]): string[] {
  return targetsOf(state).filter((target) => !names.includes(target)).map((target) => `there is no state ${target} to go to`);
}

function targetsOf(state: State): string[] {
  if (state.Type === 'Succeed') return [];
  if (state.Type === 'Choice') return [...state.Choices.map((rule) => rule.Next), ...(state.Default === undefined ? [] : [state.Default])];
  const caught = state.Type === 'Task' || state.Type === 'Map' ? (state.Catch ?? []).map((catcher) => catcher.Next) : [];
  return [...(state.Next === undefined ? [] : [state.Next]), ...caught];
}

function checkRecovery(state: State): string[] {
  if (state.Type !== 'Task' && state.Type !== 'Map') return [];
  return [state.Retry ?? [], state.Catch ?? []].flatMap((rules) =>
    rules.flatMap(({ ErrorEquals }, index) =>
      ErrorEquals.includes('States.ALL') && (ErrorEquals.length > 1 || index < rules.length - 1) ? ['States.ALL must stand alone and last'] : [],
    ),
  );
}

const VARIABLE_NAME = /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u;

function checkVariables(state: State): string[] {
  return assignmentsOf(state)
    .flatMap((values) => Object.keys(values))
    .filter((name) => name === 'states' || !VARIABLE_NAME.test(name))
    .map((name) => `the variable name ${name} is not allowed`);
}

function assignmentsOf(state: State): object[] {
  if (state.Type === 'Succeed') return [];
  const rules = state.Type === 'Choice' ? state.Choices : state.Type === 'Task' || state.Type === 'Map' ? (state.Catch ?? []) : [];
  return [state, ...rules].map(({ Assign }) => Assign ?? {});
}

function checkExpressions(state: State): string[] {
  const own: object = state.Type === 'Map' ? { ...state, ItemProcessor: null } : state;
  return expressionsIn(own).flatMap((text) => {
    const problem = expressionProblem(text);
    return problem === null ? [] : [`the expression ${text} cannot be used: ${problem}`];
  });
}

function expressionsIn(value: unknown): string[] {
  if (isExpression(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(expressionsIn) : [];
}
