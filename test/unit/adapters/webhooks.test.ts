import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import { createWebhooks } from '../../../src/adapters/webhooks/webhooks.ts';

const NAME = 'slipway/webhook';
const BODY = Buffer.from('{"action":"closed","größe":1}');
const secret: string = randomUUID();
const key = randomBytes(32);
const signingToken = `whsec_${key.toString('base64')}`;
const hex = (with_: string, body: Uint8Array = BODY) => createHmac('sha256', with_).update(body).digest('hex');

const isGenuine = (headers: Record<string, string>, token = secret, body: Uint8Array = BODY) =>
  createWebhooks(createMemorySecrets({ [NAME]: JSON.stringify({ token }) }), NAME).isGenuine(headers, body);

function standard(id: string, timestamp: string, signedWith: Uint8Array = key) {
  const signature = createHmac('sha256', signedWith).update(`${id}.${timestamp}.`).update(BODY).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

describe('the signature of a webhook', () => {
  it.each<[string, Record<string, string>, string]>([
    ['GitHub’s', { 'x-hub-signature-256': `sha256=${hex(secret)}` }, secret],
    ['Gitea’s', { 'x-gitea-signature': hex(secret) }, secret],
    ['GitLab’s token', { 'x-gitlab-token': secret }, secret],
    ['GitLab’s signing token', standard('id', '1767225600'), signingToken],
    ['a signing token as GitHub’s secret', { 'x-hub-signature-256': `sha256=${hex(signingToken)}` }, signingToken],
  ])('is genuine: %s', async (_, headers, token) => {
    expect(await isGenuine(headers, token)).toBe(true);
  });

  it.each<[string, Record<string, string>, string]>([
    ['of another secret', { 'x-hub-signature-256': `sha256=${hex('another')}` }, secret],
    ['of another body', { 'x-gitea-signature': hex(secret, Buffer.from('{}')) }, secret],
    ['without its scheme', { 'x-hub-signature-256': hex(secret) }, secret],
    ['that is empty', { 'x-hub-signature-256': '', 'x-gitea-signature': '', 'x-gitlab-token': '' }, secret],
    ['with another token', { 'x-gitlab-token': `${secret}x` }, secret],
    ['with another signing key', standard('id', '1', randomBytes(32)), signingToken],
    ['without the time that it signs', { 'webhook-id': 'id', 'webhook-signature': standard('id', '1')['webhook-signature'] }, signingToken],
    ['with a signing token where the secret is none', standard('id', '1'), secret],
  ])('is refused %s', async (_, headers, token) => {
    expect(await isGenuine(headers, token)).toBe(false);
  });

  it('makes nobody read the secret where there is none, or where the stack takes no webhooks', async () => {
    const secrets = { read: () => Promise.reject(new Error('was read')) };
    expect(await createWebhooks(secrets, NAME).isGenuine({ 'content-type': 'application/json' }, BODY)).toBe(false);
    expect(await createWebhooks(secrets, '').isGenuine({ 'x-gitlab-token': '' }, BODY)).toBe(false);
    await expect(createWebhooks(secrets, NAME).isGenuine({ 'x-gitlab-token': '' }, BODY)).rejects.toThrow('was read');
  });

  it('needs a secret of its form', async () => {
    const webhooks = createWebhooks(createMemorySecrets({ [NAME]: '{"token":""}' }), NAME);
    await expect(webhooks.isGenuine({ 'x-gitlab-token': '' }, BODY)).rejects.toThrow('Secret slipway/webhook does not hold an access token; write it as {"token": "…"}.');
  });
});
