import { createServer } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { createCertificateAuthority, issueServerCertificate } from '../../../../sandbox/tls.ts';
import { createHttpClient } from '../../../../src/adapters/http/http-client.ts';
import { createSmokeCheck } from '../../../../src/adapters/http/smoke-check.ts';
import { type ScriptedServer, startScriptedServer } from '../../../support/scripted-server.ts';

const closing: (() => unknown)[] = [];
afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function scripted(...script: Parameters<typeof startScriptedServer>): Promise<ScriptedServer> {
  const server = await startScriptedServer(...script);
  closing.push(() => server.close());
  return server;
}

async function startTls() {
  const authority = await createCertificateAuthority('HTTP client test');
  const { certPem: cert, keyPem: key } = await issueServerCertificate(authority, 'test');
  const server = createServer({ cert, key }, (_request, response) => response.end('over TLS'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => (server.closeAllConnections(), server.close()));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return { url: `https://127.0.0.1:${address.port}`, caBundle: authority.certPem };
}

describe('createHttpClient', () => {
  it('trusts the CAs of the system and those of the bundle, and nobody else', async () => {
    const { url, caBundle } = await startTls();
    expect((await createHttpClient({ name: 'it', url, caBundle }).send({ method: 'GET', path: '/' })).body).toBe('over TLS');
    const untrusting = createHttpClient({ name: 'Server x', url });
    await expect(untrusting.send({ method: 'GET', path: '/' })).rejects.toMatchObject({ name: 'ConfigurationError', message: expect.stringMatching(/^Server x has a certificate that is not trusted .*set caBundle/) as string });
  });

  it.each(['http://argocd.example.com', 'http://127.0.0.1.example.com', 'ftp://127.0.0.1'])('refuses %s: plain http goes to loopback only', (url) => {
    expect(() => createHttpClient({ name: 'Server x', url })).toThrow('Server x must have an https URL');
  });

  it('refuses what is not a URL', () => {
    expect(() => createHttpClient({ name: 'Server x', url: 'argocd' })).toThrow('Server x has no valid URL');
  });

  it('keeps the path of the URL', async () => {
    const server = await scripted(() => ({}));
    await createHttpClient({ name: 'it', url: `${server.url}/root/` }).send({ method: 'GET', path: '/path?q=1' });
    expect(server.requests[0]?.path).toBe('/root/path?q=1');
  });

  it('gives up on a server that is silent', async () => {
    const server = await scripted(() => ({ hold: true }));
    const client = createHttpClient({ name: 'Server x', url: server.url });
    await expect(client.send({ method: 'GET', path: '/', silence: 20 })).rejects.toMatchObject({ name: 'TimeoutError', message: 'Server x did not answer: no answer within 0.02 s' });
  });

  it('says that an answer was cut', async () => {
    const server = await scripted(() => ({ stream: ['half'], hold: true }));
    const client = createHttpClient({ name: 'Server x', url: server.url });
    const { chunks } = await client.open({ method: 'GET', path: '/' });
    const read = (async () => {
      for await (const chunk of chunks) if (chunk === 'half') await server.close();
    })();
    await expect(read).rejects.toMatchObject({ name: 'UnavailableError' });
  });

  it('ends with the abort of the caller', async () => {
    const server = await scripted(() => ({ hold: true }));
    const stop = new AbortController();
    const sent = createHttpClient({ name: 'it', url: server.url }).send({ method: 'GET', path: '/', signal: stop.signal });
    stop.abort();
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('createSmokeCheck', () => {
  it('tells the status and one short line', async () => {
    const server = await scripted(({ path }) => ({ status: 503, body: path === '/health?full=1' ? `model not loaded\n${'secret '.repeat(9)}` : 'x'.repeat(500) }));
    const smoke = createSmokeCheck();
    expect(await smoke.get(`${server.url}/health?full=1`)).toEqual({ status: 503, line: 'model not loaded' });
    expect((await smoke.get(`${server.url}/long`)).line).toHaveLength(121);
  });

  it('says that nothing answers', async () => {
    const server = await scripted(() => 'cut');
    await expect(createSmokeCheck().get(server.url)).rejects.toMatchObject({ name: 'UnavailableError' });
  });

  it('refuses what is not a URL', async () => {
    await expect(createSmokeCheck().get('health')).rejects.toMatchObject({ name: 'ConfigurationError' });
  });
});
