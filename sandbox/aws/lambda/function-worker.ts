import { Worker } from 'node:worker_threads';
import type { FunctionError, InvocationMessage, RuntimeData, WorkerMessage } from './messages.ts';

export type Outcome = { readonly payload: string } | { readonly error: FunctionError };

/** How one invocation went. */
export type Served = {
  readonly outcome: Outcome;
  readonly log: string;
  /** Milliseconds that the module took to load; null on a warm worker. */
  readonly coldStart: number | null;
  /** Milliseconds from ready to answer. */
  readonly duration: number;
};

export type Job = Omit<InvocationMessage, 'deadline'> & { readonly timeout: number; readonly signal: AbortSignal };

/** One execution environment of a function: serves one invocation at a time, and is ended by a timeout, a crash or an abort. */
export type FunctionWorker = {
  /** @throws the signal's reason */
  serve(job: Job): Promise<Served>;
  /** Ends the running invocation as if the runtime had died. */
  kill(): void;
  stop(): Promise<void>;
  /** May serve another invocation. */
  usable(): boolean;
};

/** @param env all that the function sees of the environment */
export function startFunctionWorker(data: RuntimeData, env: Readonly<Record<string, string>>): FunctionWorker {
  const started = performance.now();
  const worker = new Worker(new URL('./runtime.mjs', import.meta.url), { workerData: data, env: { ...env }, stdout: true, stderr: true, execArgv: [] });
  let log = '';
  let running: Running | null = null;
  let ended: Outcome | null = null;
  let coldStart: number | null = null;
  const ready = Promise.withResolvers<void>();

  /** The worker is of no more use: a running invocation, or the next one, learns why. */
  function end(outcome: Outcome): void {
    ended ??= outcome;
    ready.resolve();
    running?.answer(ended);
    void worker.terminate();
  }

  for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'failed') return end({ error: message.error });
    if (message.kind === 'returned') return running?.answer({ payload: message.payload });
    if (message.kind === 'threw') return running?.answer({ error: message.error });
    coldStart = performance.now() - started;
    ready.resolve();
  });
  worker.on('error', (error) => end({ error: crash(error) }));
  worker.on('exit', (code) => end({ error: exitError(running, `exit status ${code}`) }));

  async function serve(job: Job): Promise<Served> {
    const answered = Promise.withResolvers<Outcome>();
    running = { requestId: job.requestId, answer: answered.resolve };
    const abort = (): void => end({ error: exitError(running, 'aborted') });
    job.signal.addEventListener('abort', abort, { once: true });
    await ready.promise;
    const begun = performance.now();
    const timer = setTimeout(() => end({ error: timeoutError(job) }), job.timeout);
    if (ended === null) worker.postMessage(messageOf(job));
    else answered.resolve(ended);
    const outcome = await answered.promise;
    clearTimeout(timer);
    job.signal.removeEventListener('abort', abort);
    running = null;
    job.signal.throwIfAborted();
    const served = { outcome, log, coldStart, duration: performance.now() - begun };
    [log, coldStart] = ['', null];
    return served;
  }

  return {
    serve,
    kill: () => end({ error: exitError(running, 'signal: killed') }),
    stop: async () => void (await worker.terminate()),
    usable: () => ended === null,
  };
}

type Running = { readonly requestId: string; readonly answer: (outcome: Outcome) => void };

function messageOf({ requestId, functionArn, payload, timeout }: Job): InvocationMessage {
  return { requestId, functionArn, payload, deadline: Date.now() + timeout };
}

function timeoutError({ requestId, timeout }: Job): FunctionError {
  return { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeout / 1000).toFixed(2)} seconds` };
}

function exitError(running: Running | null, how: string): FunctionError {
  return { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${running?.requestId ?? 'none'} Error: Runtime exited with error: ${how}` };
}

/** An error that nobody caught ends the runtime. */
function crash(error: unknown): FunctionError {
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  return { errorType: name, errorMessage: message, trace: stack.split('\n') };
}
