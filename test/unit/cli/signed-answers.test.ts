import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSignedAnswers } from '../../../cli/approval/signed-answers.ts';
import { listenOnLoopback } from '../../../sandbox/loopback.ts';
import { aDigest } from '../../support/release.ts';

const ANSWER = { service: 'inference-service', environment: 'prod', target: 'eu', digest: aDigest(), answer: 'approve' } as const;
const TAKEN = { service: 'inference-service', environment: 'prod', target: 'eu', digest: aDigest(), status: 'approved', tag: '1.1.0', execution: 'one' };

/** Sends an answer to a URL that responds with this. */
async function sendTo(status: number, body: string) {
  const requests: { readonly headers: Readonly<Record<string, unknown>> }[] = [];
  const server = createServer((request, response) => {
    requests.push({ headers: request.headers });
    response.writeHead(status).end(body);
  });
  const url = `http://${await listenOnLoopback(server)}/`;
  onTestFinished(() => void server.close());
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example', sessionToken: 'session' };
  const sent = createSignedAnswers({ url, region: 'eu-central-1', credentials })(ANSWER);
  return { url, requests, outcome: await sent.catch((error: unknown) => error) };
}

describe('createSignedAnswers', () => {
  it('signs for Lambda in the region of the stack, with the session of the credentials', async () => {
    const { outcome, requests } = await sendTo(200, JSON.stringify(TAKEN));
    expect(outcome).toEqual(TAKEN);
    expect(requests[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-central-1\/lambda\/aws4_request, SignedHeaders=content-type;host;/) as unknown,
      'x-amz-security-token': 'session',
    });
  });

  it.each([
    [404, '{"message":"Nothing waits."}', 'NotFoundError', /^Nothing waits\.$/],
    [404, 'not found', 'NotFoundError', /is not there any more; deploy the stack again\.$/],
    [409, '{"message":"Another waits."}', 'RefusedError', /^Another waits\.$/],
    [403, '{"Message":"The signature is of yesterday."}', 'ForbiddenError', /refuses the answer: The signature is of yesterday; allow lambda:InvokeFunctionUrl/],
    [429, '', 'RateLimitedError', /is asked too often; try again\.$/],
    [502, '{"Message":"Internal Server Error"}', 'UnavailableError', /answered 502; see the log of its function, then try again\.$/],
    [200, '{"status":"approved"}', 'RefusedError', /gave the answer 200, which slipway does not know/],
    [418, '{}', 'RefusedError', /gave the answer 418, which slipway does not know/],
  ])('turns %i with %s into a %s', async (status, body, name, message) => {
    const { outcome } = await sendTo(status, body);
    expect(outcome).toMatchObject({ name, message: expect.stringMatching(message) as unknown });
  });
});
