import type { z } from 'zod';
import type { AwsAccount, AwsCall, AwsOperation, Need } from './service.ts';
import { parseShape } from './shape.ts';

/** An operation whose input is read by its schema, so that a member which the sandbox does not act on is refused by name. */
export function operation<Input>(
  name: string,
  schema: z.ZodType<Input>,
  needs: (input: Input, account: AwsAccount) => readonly Need[],
  run: (input: Input, call: AwsCall) => object | Promise<object>,
): AwsOperation {
  return {
    needs: (input, account) => needs(parseShape(schema, input, name), account),
    run: async (input, call) => run(parseShape(schema, input, name), call),
  };
}
