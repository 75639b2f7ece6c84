import type * as z from 'zod/mini';

/** One use case: one Task of the state machine, one Lambda. Its schema is the wire contract with the state machine. */
export type Step<Input, Output, Ports> = {
  /** Kebab-case name: of the file, of the folder under `functions/`, and of the log lines. */
  readonly name: string;
  readonly input: z.ZodMiniType<Input>;
  run(ports: Ports, input: Input): Promise<Output>;
};

/** Most bytes of a result, as JSON: a step hands on identity and facts, the rest is in the table. */
export const RESULT_LIMIT_BYTES = 32 * 1024;

/** Names a step's types once: `run` sees exactly the ports that it declares. */
export function defineStep<Input, Output, Ports>(step: Step<Input, Output, Ports>): Step<Input, Output, Ports> {
  return step;
}
