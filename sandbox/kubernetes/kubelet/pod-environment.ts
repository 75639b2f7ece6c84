import { z } from 'zod';
import type { Container, Labels, Pod } from '../objects.ts';
import type { Store } from '../store.ts';

const source = z.strictObject({ name: z.string(), optional: z.boolean().default(false) });
const EnvFrom = z
  .array(z.strictObject({ prefix: z.string().default(''), configMapRef: source.optional(), secretRef: source.optional() }))
  .default([]);
const Env = z.array(z.strictObject({ name: z.string(), value: z.string().default('') })).default([]);

/**
 * The environment of a container, resolved as a kubelet does: of `envFrom` the later one wins, `env` wins over both, and `$(NAME)` stands
 * for what was named before. @throws Error in its words for what is missing, in the sandbox's for what it does not resolve
 */
export function environmentOf(store: Pick<Store, 'get'>, { metadata }: Pick<Pod, 'metadata'>, { name, env, envFrom }: Container): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const { prefix, configMapRef, secretRef } of read(EnvFrom, envFrom, `${name}.envFrom`)) {
    // The sandbox's API has no Secrets, so none is ever found.
    if (secretRef?.optional === false) throw new Error(`secret "${secretRef.name}" not found`);
    if (configMapRef === undefined) continue;
    const data = configMap(store, metadata.namespace, configMapRef);
    for (const [key, value] of Object.entries(data)) environment[`${prefix}${key}`] = value;
  }
  for (const { name: variable, value } of read(Env, env, `${name}.env`)) environment[variable] = expanded(value, environment);
  return environment;
}

function configMap(store: Pick<Store, 'get'>, namespace: string, { name, optional }: z.infer<typeof source>): Labels {
  const found = store.get('ConfigMap', namespace, name);
  if (found === null && !optional) throw new Error(`configmap "${name}" not found`);
  return found?.data ?? {};
}

/** Source: kubernetes third_party/forked/golang/expansion: what is unknown stays, and `$$` is a dollar. */
function expanded(text: string, known: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (found, name: string | undefined) => (name === undefined ? '$' : (known[name] ?? found)));
}

function read<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`the sandbox does not know what ${where} asks for: ${parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`);
}
