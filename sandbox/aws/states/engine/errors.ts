/** A failure as the States Language knows it: an error name, matched by ErrorEquals, and a cause. */
export class StatesError extends Error {
  override readonly name: string;

  constructor(name: string, cause: string) {
    super(cause);
    this.name = name;
  }
}

/** An expression that failed, yielded nothing, or yielded the wrong type. The state that holds it records an EvaluationFailed event. */
export class EvaluationError extends StatesError {
  /** Path of the field inside its state, as `Arguments/Payload/tag`. */
  readonly location: string;

  constructor(location: string, cause: string) {
    super('States.QueryEvaluationError', cause);
    this.location = location;
  }
}

/** A failure that says in which stay in which state it happened, in the service's words. */
export function inState(failure: StatesError, state: string, enteredEvent: number): StatesError {
  return new StatesError(failure.name, `An error occurred while executing the state '${state}' (entered at the event id #${enteredEvent}). ${failure.message}`);
}

/** The members of an event or answer that tell a failure; an empty name or cause is left out, as the service does. */
export function failureDetails({ name, message }: Error): { error?: string; cause?: string } {
  return { ...(name && { error: name }), ...(message && { cause: message }) };
}
