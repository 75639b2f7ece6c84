import type { Lambda } from '../sandbox/aws/lambda/lambda.ts';

/** From now on so many functions are at work at once; more wait, as they would for cores. */
export function limitConcurrency(lambda: Lambda, most: number): void {
  const invoke = lambda.invoke.bind(lambda);
  const limit = createLimit(most);
  lambda.invoke = (invocation) => limit(() => invoke(invocation));
}

/** Runs at most as many calls at once; the others wait in line. */
export function createLimit(most: number): <Answer>(call: () => Promise<Answer>) => Promise<Answer> {
  const waiting: (() => void)[] = [];
  let atWork = 0;
  return async (call) => {
    if (atWork >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else atWork += 1;
    try {
      return await call();
    } finally {
      const next = waiting.shift();
      if (next === undefined) atWork -= 1;
      else next();
    }
  };
}
