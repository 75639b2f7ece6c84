/** What was begun before it is known whether it is needed, to save its time: its failure is one only for whoever awaits it. */
export function begunEarly<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}
