import type { Lambda } from '../sandbox/aws/lambda/lambda.ts';

/** From now on so many functions are at work at once; more wait, as they would for cores. */
export function limitConcurrency(lambda: Lambda, most: number): void {
  const invoke = lambda.invoke.bind(lambda);
  const waiting: (() => void)[] = [];
  let atWork = 0;
  lambda.invoke = async (invocation) => {
    if (atWork >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else atWork += 1;
    try {
      return await invoke(invocation);
    } finally {
      const next = waiting.shift();
      if (next === undefined) atWork -= 1;
      else next();
    }
  };
}
