/** Executions of the state machine, as the console shows them. */
export interface Executions {
  /** Status of an execution; null when there is none of that ARN. */
  status(execution: string): Promise<'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE' | null>;
  /**
   * Starts an execution of the state machine with what a release request says. The same name and input are started once, however often
   * they are asked for; `known` says that the name is taken already.
   */
  start(name: string, request: unknown): Promise<'started' | 'known'>;
  /** Answers a task that waits. `gone`: it waits no longer. */
  answer(taskToken: string, answer: unknown): Promise<'taken' | 'gone'>;
  /** Fails a task that waits, as if its function had thrown the error. `gone`: it waits no longer. */
  fail(taskToken: string, error: unknown): Promise<'taken' | 'gone'>;
}
