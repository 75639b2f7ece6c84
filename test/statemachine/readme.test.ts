import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type AslMachine, DEFINITION, nextStates, statesOf } from './definition.ts';
import { innerMachine } from './worst-history.ts';

const README = readFileSync(new URL('../../statemachine/README.md', import.meta.url), 'utf8');
const DRAWING = /```mermaid\n(.*?)```/s.exec(README)?.[1] ?? '';

describe('the drawing of the state machine', () => {
  it('has exactly the transitions of the definition', () => {
    const drawn = drawnEdges(DRAWING);
    expect(drawn.length).toBeGreaterThan(30);
    expect(drawn.toSorted()).toEqual(definedEdges(DEFINITION).toSorted());
  });

  it('draws the states of one target inside the Map, and the others outside', () => {
    const inner = /state DeployTargets \{(.*?)\n {2}\}/s.exec(DRAWING)?.[1] ?? '';
    expect(drawnEdges(inner).toSorted()).toEqual(definedEdges(innerMachine()).toSorted());
  });

  it('writes on each way out of a Choice the status that the definition compares with, or the member that it asks for', () => {
    const named = statesOf(DEFINITION).flatMap(({ name, state }) => (state.Choices ?? []).map(({ Condition, Next }) => `${name} --> ${Next}: ${/(?:= '|^\{% \$exists\(\$deployment\.)(\w+)/.exec(Condition)?.[1] ?? Condition}`));
    expect(named.length).toBeGreaterThan(14);
    expect(named.filter((edge) => !DRAWING.includes(`${edge}\n`))).toEqual([]);
  });
});

describe('the table of the states', () => {
  it('has one line for each state, in the order of the definition', () => {
    const rows = [...README.matchAll(/^\| (\w+) \| .+ \|$/gm)].map(([, name]) => name).filter((name) => name !== 'state');
    expect(rows).toEqual(statesOf(DEFINITION).map(({ name }) => name));
  });
});

function drawnEdges(drawing: string): string[] {
  return [...drawing.matchAll(/^ *(\S+) --> ([^\s:]+)/gm)].map(([, from, to]) => `${from} --> ${to}`);
}

function definedEdges(machine: AslMachine): string[] {
  const inside = Object.entries(machine.States).flatMap(([name, state]) => [
    ...new Set(nextStates(state).map((next) => `${name} --> ${next}`)),
    ...(state.End === true || state.Type === 'Succeed' ? [`${name} --> [*]`] : []),
    ...(state.ItemProcessor === undefined ? [] : definedEdges(state.ItemProcessor)),
  ]);
  return [`[*] --> ${machine.StartAt}`, ...inside];
}
