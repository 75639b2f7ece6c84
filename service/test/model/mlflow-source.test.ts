import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createMlflowSource } from '../../src/model/mlflow-source.ts';

const ALIAS = '/api/2.0/mlflow/registered-models/alias';
const WHERE = '/api/2.0/mlflow/model-versions/get-download-uri';
const FILES = '/api/2.0/mlflow-artifacts/artifacts';

type Answers = Record<string, { status?: number; body: unknown }>;

/** Answers by path, for what the real server does not do on request; anything else is a 404 that the source must not meet. */
async function aServer(differing: Answers = {}) {
  const answers: Answers = {
    [ALIAS]: { body: { model_version: { version: '3' } } },
    [WHERE]: { body: { artifact_uri: 'mlflow-artifacts:/1/models/m-1/artifacts' } },
    [FILES]: { body: { files: [{ path: 'MLmodel' }, { path: 'the model.onnx' }] } },
    [`${FILES}/1/models/m-1/artifacts/the%20model.onnx`]: { body: 'bytes' },
    ...differing,
  };
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const { status = 200, body } = answers[new URL(`http://x${request.url}`).pathname] ?? { status: 404, body: 'unknown path' };
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

describe('an MLflow registry', () => {
  it('is asked for the version of an alias and for its one ONNX file', async () => {
    const { url, requests } = await aServer();
    const { version, onnx } = await createMlflowSource({ url: `${url}/`, token: null }).fetch('iris', 'a b');
    expect([version, Buffer.from(onnx).toString()]).toEqual(['3', 'bytes']);
    expect(requests[0]?.url).toBe(`${ALIAS}?name=iris&alias=a+b`);
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  it('is shown the token with every request', async () => {
    const { url, requests } = await aServer();
    await createMlflowSource({ url, token: 'a-token' }).fetch('iris', 'champion');
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(Array.from({ length: 4 }, () => 'Bearer a-token'));
  });

  it('may name its host in the place of a version', async () => {
    const { url } = await aServer({ [WHERE]: { body: { artifact_uri: 'mlflow-artifacts://mlflow.example.com/1/models/m-1/artifacts' } } });
    expect((await createMlflowSource({ url, token: null }).fetch('iris', 'champion')).version).toBe('3');
  });

  it.each<[string, Answers, RegExp]>([
    ['a refused token', { [ALIAS]: { status: 401, body: 'You are not authenticated.' } }, /^MLflow at http.* refused alias champion of model iris with 401: You are not authenticated\.$/],
    ['artifacts that it does not serve', { [WHERE]: { body: { artifact_uri: 's3://bucket/m-1' } } }, /^Model iris version 3 is kept at s3:\/\/bucket\/m-1, past the tracking server .*--serve-artifacts/],
    ['a version without an ONNX file', { [FILES]: { body: { files: [{ path: 'model.pkl' }] } } }, /^Model iris version 3 of .* has no ONNX file; log it with mlflow\.onnx\.log_model\.$/],
    ['a version with no file at all', { [FILES]: { body: {} } }, /has no ONNX file/],
    ['a version with two ONNX files', { [FILES]: { body: { files: [{ path: 'a.onnx' }, { path: 'b.onnx' }] } } }, /has more than one ONNX file/],
    ['an answer of another shape', { [ALIAS]: { body: {} } }, /^MLflow's answer has no model_version\.version: \{\}$/],
    ['files that it refuses', { [FILES]: { status: 403, body: { error_code: 'PERMISSION_DENIED', message: 'No.' } } }, /^MLflow at http.* refused the files of Model iris version 3.* with 403: No\.$/],
  ])('says what is wrong: %s', async (_, answers, message) => {
    const { url } = await aServer(answers);
    await expect(createMlflowSource({ url, token: null }).fetch('iris', 'champion')).rejects.toThrow(message);
  });

  it('says that nobody answers', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const fetching = createMlflowSource({ url: `http://127.0.0.1:${port}`, token: null }).fetch('iris', 'champion');
    await expect(fetching).rejects.toThrow(`MLflow at http://127.0.0.1:${port} does not answer: connect ECONNREFUSED 127.0.0.1:${port}; check MODEL_SOURCE and the network.`);
  });
});
