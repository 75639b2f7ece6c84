/** One AWS service of the sandbox. The endpoint finds it by the SigV4 scope, parses the protocol and asks IAM before `run`. */
export type AwsService = {
  /** Service name in the credential scope, as `ecr` or `states`. */
  readonly scope: string;
  readonly operations: Readonly<Record<string, AwsOperation>>;
};

export type AwsOperation = {
  /** What the caller's policies must allow: one entry per action and resource; empty where AWS asks for nothing. */
  needs(input: Json, account: AwsAccount): readonly Need[];
  run(input: Json, call: AwsCall): Promise<Json>;
};

/** An action on a resource, as in a policy: `states:StartExecution` on an ARN, or `*` where the action has no resource. */
export type Need = { readonly action: string; readonly resource: string; readonly context?: Readonly<Record<string, string>> };

export type AwsCall = { readonly caller: Principal; readonly account: AwsAccount; readonly requestId: string };

export type AwsAccount = { readonly id: string; readonly region: string };

/** Who signed a request: an assumed role of a function or rule, or the person at the terminal. */
export type Principal = {
  /** As STS names it: `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, or `arn:aws:iam::ACCOUNT:user/NAME`. */
  readonly arn: string;
  /** ARN of the role behind an assumed role, else the same as `arn`. Policies and access entries name this one. */
  readonly roleArn: string;
  readonly userId: string;
};

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the AWS wire is untyped JSON; each operation checks the members it uses
export type Json = any;

/** An error as AWS sends it: the code becomes `__type`, the SDK's class is named after it. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
