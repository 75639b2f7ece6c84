import { StatesError } from './errors.ts';
import type { JsonObject } from './json.ts';
import { assertDataSize } from './limits.ts';

/** The variables of an execution or of one Map iteration. An inner scope reads the outer variables and may not assign their names. */
export class Scope {
  readonly #outer: Scope | null;
  #own: JsonObject = {};

  constructor(outer: Scope | null = null) {
    this.#outer = outer;
  }

  /** All variables that an expression in this scope sees. */
  variables(): JsonObject {
    return { ...this.#outer?.variables(), ...this.#own };
  }

  /** Assigns all of `values`, or none of them. */
  assign(values: JsonObject): void {
    const outer = this.#outer?.variables() ?? {};
    const taken = Object.keys(values).find((name) => Object.hasOwn(outer, name));
    if (taken !== undefined) throw new StatesError('States.Runtime', `The variable '${taken}' is defined in an outer scope and cannot be assigned in an inner one.`);
    assertDataSize(values, 'The set of variables assigned by the state');
    this.#own = { ...this.#own, ...values };
  }
}
