/**
 * Runs inside a worker: loads one function's handler and serves invocations one after another, as Lambda's Node.js runtime does. Plain
 * JavaScript, since each worker would load the compiler that takes types off, which costs as much as the start of the worker itself; the
 * types of its messages are in messages.ts.
 */
import { once } from 'node:events';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parentPort as port, workerData as data } from 'node:worker_threads';

if (data.compileCache !== undefined) enableCompileCache(data.compileCache);

try {
  const handler = await loadHandler();
  port.postMessage({ kind: 'ready' });
  for (let served = 0; ; served += 1) {
    const [message] = await once(port, 'message');
    const answer = await serve(handler, message);
    // The parent acknowledges output when it has read it: so what an invocation wrote is there before its answer.
    await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
    port.postMessage(answer);
    // A worker is ended without notice, so what it compiled is written as soon as nobody waits for it.
    if (served === 0 && data.compileCache !== undefined) flushCompileCache();
  }
} catch (error) {
  port.postMessage({ kind: 'failed', error: describe(error) });
}

async function loadHandler() {
  const loaded = await import(pathToFileURL(data.module).href);
  const handler = loaded[data.handlerName];
  if (typeof handler === 'function') return handler;
  throw Object.assign(new Error(`${data.handlerName} is not exported by ${data.module}`), { name: 'Runtime.HandlerNotFound' });
}

async function serve(handler, message) {
  try {
    const returned = await handler(JSON.parse(message.payload), contextOf(message));
    return { kind: 'returned', payload: JSON.stringify(returned ?? null) };
  } catch (error) {
    return { kind: 'threw', error: describe(error) };
  }
}

function contextOf({ requestId, functionArn, deadline }) {
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

function describe(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') };
}

function flushed(stream) {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
