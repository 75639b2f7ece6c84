import { randomUUID } from 'node:crypto';
import { getCompileCacheDir } from 'node:module';
import type { Credentials, Iam } from '../iam/iam.ts';
import { type AwsAccount, AwsError, type Principal } from '../service.ts';
import { type FunctionWorker, type Served, startFunctionWorker } from './function-worker.ts';
import { type FunctionUrl, startFunctionUrl } from './function-url.ts';
import type { FunctionError } from './messages.ts';
import { unpackPackage, type UnpackedPackage } from './package.ts';

export type FunctionDefinition = {
  readonly name: string;
  readonly roleArn: string;
  readonly zip: Uint8Array;
  readonly handler: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
};

export type Invocation = { readonly functionArn: string; readonly payload: string; readonly caller: Principal; readonly signal?: AbortSignal };

/** `error` and `payload` say the same when the function failed: the payload is the error as JSON text. */
export type InvocationResult = { readonly requestId: string; readonly payload: string; readonly error: FunctionError | null };

/** What is known of an invocation that ended: for logs, metrics in them, and measurements. */
export type InvocationRecord = Omit<Served, 'outcome'> & { readonly functionName: string; readonly requestId: string; readonly error: FunctionError | null };

export type PublicAction = 'lambda:InvokeFunctionUrl' | 'lambda:InvokeFunction';

export type Lambda = {
  /** Returns the ARN. @throws AwsError when Lambda may not assume the role, or the package lacks the handler */
  createFunction(definition: FunctionDefinition): Promise<string>;
  /** @throws AwsError when the caller may not invoke it or the payload is too large; the signal's reason when aborted */
  invoke(invocation: Invocation): Promise<InvocationResult>;
  /** Lets an event rule call a function. @throws AwsError when there is no such function */
  allowRule(functionArn: string, ruleArn: string): void;
  /** Calls as EventBridge does, on behalf of a rule. @throws AwsError when the function's policy does not let the rule */
  invokeFromRule(call: Omit<Invocation, 'caller'> & { readonly ruleArn: string }): Promise<InvocationResult>;
  /** Lets anybody do that to a function whose URL asks nobody who they are; calling the URL takes both. @throws AwsError when there is no such function */
  allowAnyone(functionArn: string, action: PublicAction): void;
  /** Opens a function's URL, for callers whom IAM allows it unless it is `NONE`, and returns it. @throws AwsError when there is no such function, or it has one */
  createUrl(functionArn: string, authType?: 'AWS_IAM' | 'NONE'): Promise<string>;
  /** Ends the running invocations of a function as if their runtimes had died, and says how many there were. */
  kill(functionName: string): number;
  close(): Promise<void>;
};

export type LambdaOptions = {
  readonly account: AwsAccount;
  readonly iam: Iam;
  readonly endpointUrl: string;
  readonly onInvocation?: (record: InvocationRecord) => void;
};

/** Limit of a request and of its response, in bytes. */
const PAYLOAD_LIMIT = 6 * 1024 * 1024;

type KnownFunction = {
  readonly definition: FunctionDefinition;
  readonly unpacked: UnpackedPackage;
  readonly env: Readonly<Record<string, string>>;
  /** ARNs of the rules that may call it. */
  readonly callingRules: Set<string>;
  /** What anybody may do. */
  readonly publicActions: Set<PublicAction>;
  readonly urls: FunctionUrl[];
  readonly idle: FunctionWorker[];
  readonly busy: Set<FunctionWorker>;
};

export function createLambda({ account, iam, endpointUrl, onInvocation = () => undefined }: LambdaOptions): Lambda {
  const functions = new Map<string, KnownFunction>();
  const arnOf = (name: string): string => `arn:aws:lambda:${account.region}:${account.id}:function:${name}`;

  async function createFunction(definition: FunctionDefinition): Promise<string> {
    const arn = arnOf(definition.name);
    if (functions.has(arn)) throw new AwsError('ResourceConflictException', `Function already exist: ${definition.name}`, 409);
    const credentials = iam.credentialsFor(definition.roleArn, 'lambda.amazonaws.com', definition.name);
    const unpacked = await unpackPackage(definition.zip, definition.handler);
    const env = { ...definition.environment, ...runtimeEnv(definition, credentials, { endpointUrl, region: account.region }) };
    functions.set(arn, { definition, unpacked, env, callingRules: new Set(), publicActions: new Set(), urls: [], idle: [], busy: new Set() });
    return arn;
  }

  function find(functionArn: string): KnownFunction {
    const known = functions.get(functionArn);
    if (known === undefined) throw new AwsError('ResourceNotFoundException', `Function not found: ${functionArn}`, 404);
    return known;
  }

  async function invoke({ caller, ...call }: Invocation): Promise<InvocationResult> {
    iam.authorize(caller, { action: 'lambda:InvokeFunction', resource: call.functionArn });
    return run(call);
  }

  async function run({ functionArn, payload, signal = new AbortController().signal }: Omit<Invocation, 'caller'>): Promise<InvocationResult> {
    const known = find(functionArn);
    refuseTooLarge(payload);
    const requestId = randomUUID();
    const served = await serveOn(known, { requestId, functionArn, payload, timeout: known.definition.timeoutSeconds * 1000, signal });
    const result = resultOf(requestId, served);
    const log = mayLog(known.definition, account, iam) ? served.log : '';
    onInvocation({ functionName: known.definition.name, requestId, error: result.error, log, coldStart: served.coldStart, duration: served.duration });
    return result;
  }

  return {
    createFunction,
    invoke,
    allowRule: (functionArn, ruleArn) => void find(functionArn).callingRules.add(ruleArn),
    async invokeFromRule({ ruleArn, ...call }) {
      if (!find(call.functionArn).callingRules.has(ruleArn)) throw notForRule(call.functionArn, ruleArn);
      return run(call);
    },
    allowAnyone: (functionArn, action) => void find(functionArn).publicActions.add(action),
    async createUrl(functionArn, authType = 'AWS_IAM') {
      const { urls, publicActions } = find(functionArn);
      if (urls.length > 0) throw new AwsError('ResourceConflictException', `${functionArn} has a URL already.`, 409);
      const anybody = { mayCall: () => publicActions.size === 2, invoke: run };
      const opened = await startFunctionUrl({ account, iam, functionArn, invoke, ...(authType === 'NONE' && { anybody }) });
      urls.push(opened);
      return opened.url;
    },
    kill: (functionName) => killAll(functions.get(arnOf(functionName))?.busy ?? new Set()),
    async close() {
      await Promise.all([...functions.values()].map(closeFunction));
      functions.clear();
    },
  };
}

function killAll(busy: ReadonlySet<FunctionWorker>): number {
  const workers = [...busy];
  for (const worker of workers) worker.kill();
  return workers.length;
}

async function closeFunction({ urls, idle, busy }: KnownFunction): Promise<void> {
  await Promise.all(urls.map((opened) => opened.close()));
  await Promise.all([...idle, ...busy].map((worker) => worker.stop()));
}

function refuseTooLarge(payload: string): void {
  const bytes = Buffer.byteLength(payload);
  if (bytes <= PAYLOAD_LIMIT) return;
  throw new AwsError('RequestTooLargeException', `${bytes} byte payload is too large for the RequestResponse invocation type (limit ${PAYLOAD_LIMIT} bytes)`, 413);
}

function notForRule(functionArn: string, ruleArn: string): AwsError {
  return new AwsError('AccessDeniedException', `events.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn} because no resource-based policy allows it for ${ruleArn}`, 403);
}

/** Lambda writes a function's log with its role; without the right there is none, and the function hears nothing of it. */
function mayLog({ name, roleArn }: FunctionDefinition, account: AwsAccount, iam: Iam): boolean {
  const role = iam.assumeRole(roleArn, 'lambda.amazonaws.com', name);
  const resource = `arn:aws:logs:${account.region}:${account.id}:log-group:/aws/lambda/${name}:log-stream:latest`;
  return ['logs:CreateLogStream', 'logs:PutLogEvents'].every((action) => iam.allows(role, { action, resource }));
}

/** A warm worker that is free, else a new one. One that died is not kept. */
async function serveOn({ definition, unpacked, env, idle, busy }: KnownFunction, job: Parameters<FunctionWorker['serve']>[0]): Promise<Served> {
  job.signal.throwIfAborted();
  const { compileCache, ...code } = unpacked;
  // As this process does for itself: a measurement, which keeps nothing, sees the whole cold start.
  const kept = getCompileCacheDir() === undefined ? {} : { compileCache };
  const data = { ...code, ...kept, functionName: definition.name, memoryMb: definition.memoryMb };
  const warm = idle.splice(0).filter((worker) => worker.usable());
  const worker = warm.pop() ?? startFunctionWorker(data, env);
  idle.push(...warm);
  busy.add(worker);
  try {
    return await worker.serve(job);
  } finally {
    busy.delete(worker);
    if (worker.usable()) idle.push(worker);
  }
}

function resultOf(requestId: string, { outcome }: Served): InvocationResult {
  if ('error' in outcome) return { requestId, payload: JSON.stringify(outcome.error), error: outcome.error };
  if (Buffer.byteLength(outcome.payload) <= PAYLOAD_LIMIT) return { requestId, payload: outcome.payload, error: null };
  const error = { errorType: 'Function.ResponseSizeTooLarge', errorMessage: `Response payload size exceeded maximum allowed payload size (${PAYLOAD_LIMIT} bytes).` };
  return { requestId, payload: JSON.stringify(error), error };
}

/** What Lambda adds to the function's own environment. */
function runtimeEnv({ name, memoryMb, handler }: FunctionDefinition, keys: Credentials, { endpointUrl, region }: { readonly endpointUrl: string; readonly region: string }) {
  return {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_SESSION_TOKEN: keys.sessionToken ?? '',
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    _HANDLER: handler,
    // On Lambda there is no home directory with settings of the SDK's; here there may be one.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}
