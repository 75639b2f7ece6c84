/** Runs inside a worker: loads one function's handler and serves invocations one after another, as Lambda's Node.js runtime does. */
import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { pathToFileURL } from 'node:url';
import type { FunctionError, InvocationMessage, RuntimeData, WorkerMessage } from './messages.ts';

type Handler = (event: unknown, context: object) => unknown;

if (parentPort === null) throw new Error('The Lambda runtime runs in a worker only.');
const port = parentPort;
const data = workerData as RuntimeData;
const send = (message: WorkerMessage): void => port.postMessage(message);

try {
  const handler = await loadHandler();
  send({ kind: 'ready' });
  for (;;) {
    const [message] = (await once(port, 'message')) as [InvocationMessage];
    const answer = await serve(handler, message);
    // The parent acknowledges output when it has read it: so what an invocation wrote is there before its answer.
    await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
    send(answer);
  }
} catch (error) {
  send({ kind: 'failed', error: describe(error) });
}

async function loadHandler(): Promise<Handler> {
  const loaded = (await import(pathToFileURL(data.module).href)) as Record<string, unknown>;
  const handler = loaded[data.handlerName];
  if (typeof handler === 'function') return handler as Handler;
  throw Object.assign(new Error(`${data.handlerName} is not exported by ${data.module}`), { name: 'Runtime.HandlerNotFound' });
}

async function serve(handler: Handler, message: InvocationMessage): Promise<WorkerMessage> {
  try {
    const returned: unknown = await handler(JSON.parse(message.payload), contextOf(message));
    return { kind: 'returned', payload: JSON.stringify(returned ?? null) };
  } catch (error) {
    return { kind: 'threw', error: describe(error) };
  }
}

function contextOf({ requestId, functionArn, deadline }: InvocationMessage): object {
  return {
    awsRequestId: requestId,
    functionName: data.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: String(data.memoryMb),
    logGroupName: `/aws/lambda/${data.functionName}`,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function describe(error: unknown): FunctionError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
