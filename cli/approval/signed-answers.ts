import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod/mini';
import { createHttpClient, type HttpResponse } from '../../src/adapters/http/http-client.ts';
import type { TargetKey } from '../../src/domain/deployment.ts';
import { ForbiddenError, NotFoundError, RateLimitedError, RefusedError, UnavailableError } from '../../src/domain/errors.ts';

/** A person's answer to the release that waits at a target. */
export type PersonsAnswer = TargetKey & { readonly digest: string; readonly answer: 'approve' | 'reject'; readonly reason?: string | undefined };

/** What the answer was taken for. */
export type TakenAnswer = TargetKey & { readonly status: 'approved' | 'rejected'; readonly tag: string; readonly digest: string; readonly execution: string };

/** Sends an answer. @throws NotFoundError where nothing waits, RefusedError where another release does, and for what the network and IAM refuse */
export type SendAnswer = (answer: PersonsAnswer) => Promise<TakenAnswer>;

export type SigningOptions = {
  /** The stack's output ApprovalUrl. */
  readonly url: string;
  readonly region: string;
  readonly credentials: ConstructorParameters<typeof SignatureV4>[0]['credentials'];
};

const Taken: z.ZodMiniType<TakenAnswer> = z.object({
  service: z.string(),
  environment: z.string(),
  target: z.string(),
  status: z.enum(['approved', 'rejected']),
  tag: z.string(),
  digest: z.string(),
  execution: z.string(),
});

/** Our function says `message`, AWS before it `Message`. */
const Refusal = z.object({ message: z.optional(z.string()), Message: z.optional(z.string()) });

/** Answers signed as AWS asks of a function URL with AWS_IAM, so that the approver is whom the credentials belong to. */
export function createSignedAnswers({ url, region, credentials }: SigningOptions): SendAnswer {
  const name = `The approval URL ${url}`;
  const client = createHttpClient({ name, url });
  const signer = new SignatureV4({ service: 'lambda', region, credentials, sha256: Sha256 });
  return async (answer) => {
    const { protocol, hostname, port, host } = new URL(url);
    const body = JSON.stringify(answer);
    const request = { method: 'POST', protocol, hostname, ...(port !== '' && { port: Number(port) }), path: '/', headers: { host, 'content-type': 'application/json' }, body };
    const { headers } = await signer.sign(request);
    const response = await client.send({ method: 'POST', path: '/', headers, body });
    const taken = Taken.safeParse(response.status === 200 ? bodyOf(response) : null);
    if (taken.success) return taken.data;
    throw refusalOf(response, name);
  };
}

function bodyOf({ body }: HttpResponse): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function refusalOf(response: HttpResponse, name: string): Error {
  const { data: { message, Message = 'no reason given' } = {} } = Refusal.safeParse(bodyOf(response));
  const { status } = response;
  if (status === 403) return new ForbiddenError(`${name} refuses the answer: ${Message.replace(/\.$/, '')}; allow lambda:InvokeFunctionUrl and lambda:InvokeFunction on its function in your policy, and check the clock.`);
  if (status === 429) return new RateLimitedError(`${name} is asked too often; try again.`);
  if (status >= 500) return new UnavailableError(`${name} answered ${status}; see the log of its function, then try again.`);
  if (status === 404) return new NotFoundError(message ?? `${name} is not there any more; deploy the stack again.`);
  return new RefusedError(message ?? `${name} gave the answer ${status}, which slipway does not know; deploy the stack again, so that both are of one version.`);
}
