/** What a worker is started with. */
export type RuntimeData = {
  readonly module: string;
  readonly handlerName: string;
  readonly functionName: string;
  readonly memoryMb: number;
  /** Folder where compiled code is kept for the next worker; nothing is kept without it. */
  readonly compileCache?: string;
};

/** One invocation, as it is handed to a worker that is ready. */
export type InvocationMessage = {
  readonly requestId: string;
  readonly functionArn: string;
  /** JSON text. */
  readonly payload: string;
  /** Epoch milliseconds at which the worker is ended. */
  readonly deadline: number;
};

/** A failed invocation as Lambda reports it: Step Functions takes the type as the name of the error. */
export type FunctionError = { readonly errorType: string; readonly errorMessage: string; readonly trace?: readonly string[] };

/** `failed`: the module could not be loaded, so the worker is of no use. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly error: FunctionError }
  | { readonly kind: 'returned'; readonly payload: string }
  | { readonly kind: 'threw'; readonly error: FunctionError };
