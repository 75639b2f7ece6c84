import { Document, parseDocument } from 'yaml';
import { configFiles, VALUES_FILE } from '../../../sandbox/scenarios/config-repository.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';

/** One more environment of the sample service; all that is not said is as in dev. */
export type MoreEnvironment = {
  readonly name: string;
  /** Its values file `envs/<name>/values.yaml`, made of dev's; without it dev's own is edited. */
  readonly values?: (text: string) => string;
  /** Its Application `inference-<name>`, made of dev's; without it dev's own is deployed. */
  readonly application?: (manifest: Document) => void;
  /** Changes what `slipway.yaml` says of it. */
  readonly entry?: (environment: Document) => void;
};

/** Options of a world that has these environments besides dev. */
export function withEnvironments(environments: readonly MoreEnvironment[]) {
  return {
    configFiles: { ...configFiles(imageOf('1.0.0')), ...Object.fromEntries(environments.flatMap(valuesFile)) },
    argocd: {
      editManifest: (yaml: string): string => (yaml.includes('kind: Application') ? [yaml, ...environments.flatMap((one) => manifestOf(yaml, one))].join('---\n') : yaml),
    },
    editFile: (file: Document): void => environments.forEach((one) => file.setIn([...ENVIRONMENTS, one.name], entryOf(file, one))),
  };
}

export const ENVIRONMENTS = ['services', 'inference-service', 'environments'];

function valuesFile({ name, values }: MoreEnvironment): readonly (readonly [string, string])[] {
  const dev = configFiles(imageOf('1.0.0'))[VALUES_FILE] ?? '';
  return values === undefined ? [] : [[`envs/${name}/values.yaml`, values(dev)]];
}

function manifestOf(dev: string, { name, values, application }: MoreEnvironment): readonly string[] {
  if (application === undefined) return [];
  const manifest = parseDocument(dev.replaceAll('inference-dev', `inference-${name}`));
  if (values !== undefined) manifest.setIn(['spec', 'source', 'helm', 'valueFiles', 2], `../../envs/${name}/values.yaml`);
  application(manifest);
  return [manifest.toString()];
}

function entryOf(file: Document, { name, values, application, entry = () => undefined }: MoreEnvironment): unknown {
  const environment = new Document((file.toJS() as { services: Record<string, { environments: Record<string, unknown> }> }).services['inference-service']?.environments['dev']);
  if (values !== undefined) for (const edit of [0, 1]) environment.setIn(['edit', edit, 'file'], `envs/${name}/values.yaml`);
  if (application !== undefined) environment.setIn(['targets', 'eu', 'application'], `inference-${name}`);
  entry(environment);
  return environment.contents;
}
