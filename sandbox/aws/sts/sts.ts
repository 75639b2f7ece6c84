import { z } from 'zod';
import type { AwsService } from '../service.ts';
import { parseShape } from '../shape.ts';

/** Says who signed a request. AWS asks no policy for it. */
export function createSts(): AwsService {
  return {
    scope: 'sts',
    operations: {
      GetCallerIdentity: {
        needs: () => [],
        async run(input, { caller, account }) {
          parseShape(z.strictObject({}), input, 'GetCallerIdentity');
          return { Arn: caller.arn, UserId: caller.userId, Account: account.id };
        },
      },
    },
  };
}
