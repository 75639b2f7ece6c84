/** Executions of the state machine, as the console shows them. */
export interface Executions {
  /** Status of an execution; null when there is none of that ARN. */
  status(execution: string): Promise<'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE' | null>;
}
