import type { ModelSource } from './model-source.ts';
import { UnknownModelError } from './unknown-model-error.ts';

/** Guards against a server that accepts and never answers; a model of some MB takes a fraction of it. */
const PATIENCE_MS = 60_000;
const ARTIFACTS = 'mlflow-artifacts:/';

interface Access {
  readonly url: string;
  readonly token: string | null;
}

/**
 * MLflow's model registry by its REST API: the version behind `models:/NAME@ALIAS`, downloaded through the tracking server, which
 * therefore has to serve artifacts (its default). https://mlflow.org/docs/latest/api_reference/rest-api.html
 */
export function createMlflowSource(access: Access): ModelSource {
  return {
    async fetch(name, alias) {
      const version = await aliasedVersion(access, name, alias);
      const folder = await artifactFolder(access, name, version);
      const file = await onnxFile(access, folder, `Model ${name} version ${version} of ${access.url}`);
      const response = await request(access, `mlflow-artifacts/artifacts/${file.split('/').map(encodeURIComponent).join('/')}`);
      if (!response.ok) throw await refusal(access, `version ${version} of model ${name}`, response);
      return { version, onnx: new Uint8Array(await response.arrayBuffer()) };
    },
  };
}

async function aliasedVersion(access: Access, name: string, alias: string): Promise<string> {
  const response = await request(access, `mlflow/registered-models/alias?${new URLSearchParams({ name, alias }).toString()}`);
  if (response.ok) return textAt(await response.json(), ['model_version', 'version']);
  const { code, message } = await errorOf(response);
  if (code === 'RESOURCE_DOES_NOT_EXIST') throw new UnknownModelError(`There is no model ${name} in ${access.url}; register it, or set MODEL_NAME.`);
  // MLflow answers an unknown alias with the code of any wrong parameter; only its text says what is wrong.
  if (code === 'INVALID_PARAMETER_VALUE' && /alias .* not found/i.test(message)) {
    throw new UnknownModelError(`Model ${name} has no alias ${alias} in ${access.url}; set the alias, or MODEL_ALIAS.`);
  }
  throw new Error(`MLflow at ${access.url} refused alias ${alias} of model ${name} with ${response.status}: ${message}`);
}

/** Where the tracking server keeps the version, as a path of its artifact proxy. */
async function artifactFolder(access: Access, name: string, version: string): Promise<string> {
  const response = await request(access, `mlflow/model-versions/get-download-uri?${new URLSearchParams({ name, version }).toString()}`);
  if (!response.ok) throw await refusal(access, `version ${version} of model ${name}`, response);
  const uri = textAt(await response.json(), ['artifact_uri']);
  if (!uri.startsWith(ARTIFACTS)) throw new Error(`Model ${name} version ${version} is kept at ${uri}, past the tracking server ${access.url}; let it serve artifacts (--serve-artifacts).`);
  // Either mlflow-artifacts:/PATH or mlflow-artifacts://HOST/PATH.
  return uri.slice(ARTIFACTS.length).replace(/^\/[^/]+\//, '');
}

async function onnxFile(access: Access, folder: string, model: string): Promise<string> {
  const response = await request(access, `mlflow-artifacts/artifacts?${new URLSearchParams({ path: folder }).toString()}`);
  if (!response.ok) throw await refusal(access, `the files of ${model}`, response);
  const { files } = Object(await response.json()) as { files?: { path: string }[] };
  const [path, another] = (files ?? []).map((file) => file.path).filter((name) => name.endsWith('.onnx'));
  if (path === undefined || another !== undefined) throw new Error(`${model} has ${path === undefined ? 'no' : 'more than one'} ONNX file; log it with mlflow.onnx.log_model.`);
  return `${folder}/${path}`;
}

async function request({ url, token }: Access, path: string): Promise<Response> {
  try {
    return await fetch(`${url.replace(/\/+$/, '')}/api/2.0/${path}`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    throw new Error(`MLflow at ${url} does not answer: ${reasonOf(error)}; check MODEL_SOURCE and the network.`, { cause: error });
  }
}

/** Node's fetch says "fetch failed" and keeps the reason as the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

async function refusal({ url }: Access, what: string, response: Response): Promise<Error> {
  return new Error(`MLflow at ${url} refused ${what} with ${response.status}: ${(await errorOf(response)).message}`);
}

async function errorOf(response: Response): Promise<{ code: string; message: string }> {
  const text = await response.text();
  try {
    const { error_code: code, message } = Object(JSON.parse(text)) as Record<string, unknown>;
    return { code: String(code), message: String(message) };
  } catch {
    return { code: '', message: text.slice(0, 200) };
  }
}

function textAt(answer: unknown, path: readonly string[]): string {
  const value = path.reduce<unknown>((inner, key) => (Object(inner) as Record<string, unknown>)[key], answer);
  if (typeof value !== 'string') throw new Error(`MLflow's answer has no ${path.join('.')}: ${JSON.stringify(answer).slice(0, 200)}`);
  return value;
}
