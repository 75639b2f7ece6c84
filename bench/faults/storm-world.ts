import { ECRClient } from '@aws-sdk/client-ecr';
import type { Document } from 'yaml';
import type { EventCarrier } from '../../sandbox/aws/eventbridge/event.ts';
import { configFiles, REPOSITORY, VALUES_FILE } from '../../sandbox/scenarios/config-repository.ts';
import { createRepository, type Image, imageOf, pushBlobs, putImage } from '../../sandbox/scenarios/image.ts';
import { type DeployedWorld, startDeployedWorld } from '../../test/support/sandbox/deployed-world.ts';

/** Each service has a repository in ECR, an Application and a values file of its own; they share the config repository. */
export type StormService = { readonly name: string; readonly application: string; readonly valuesFile: string };

export type StormWorld = {
  readonly world: DeployedWorld;
  readonly services: readonly StormService[];
  /** All of a push but its end. */
  readonly upload: (service: StormService, image: Image) => Promise<void>;
  /** The manifest under its tag, of which ECR tells. */
  readonly push: (service: StormService, image: Image) => Promise<void>;
};

/** The image of a service's version: no two services have a digest in common. */
export function stormImage({ name }: StormService, tag: string): Image {
  return { ...imageOf(`${name} ${tag}`), tag };
}

/** A world with that many services, in which the first release of each runs. */
export async function startStormWorld(count: number, carryEvent: EventCarrier): Promise<StormWorld> {
  const services = Array.from({ length: count }, (_, index) => serviceOf(String(index + 1).padStart(2, '0')));
  const world = await startDeployedWorld('happy', {
    carryEvent,
    configFiles: Object.assign(configFiles(imageOf('1.0.0')), ...services.map(valuesOf)) as Record<string, string>,
    argocd: { editManifest: (yaml) => (yaml.includes('kind: Application') ? [yaml, ...services.map((service) => manifestOf(yaml, service))].join('---\n') : yaml) },
    editFile: (file) => services.forEach((service) => addTo(file, service)),
  });
  const { endpointUrl: endpoint, account, administrator: credentials } = world.world.aws;
  const ecr = new ECRClient({ endpoint, region: account.region, credentials });
  for (const { name } of services) await createRepository(ecr, name);
  return { world, services, upload: ({ name }, image) => pushBlobs(ecr, name, image), push: ({ name }, image) => putImage(ecr, name, image) };
}

function serviceOf(number: string): StormService {
  return { name: `service-${number}`, application: `inference-${number}`, valuesFile: `envs/${number}/values.yaml` };
}

function valuesOf(service: StormService): Record<string, string> {
  const { name, valuesFile } = service;
  const dev = configFiles(stormImage(service, '1.0.0'))[VALUES_FILE] ?? '';
  const text = dev.replace(`/${REPOSITORY}\n`, `/${name}\n`).replace('replicaCount: 2', 'replicaCount: 1');
  return { [valuesFile]: text.replace(/^progressDeadlineSeconds: .*$/m, 'progressDeadlineSeconds: 500') };
}

function manifestOf(dev: string, { application, valuesFile }: StormService): string {
  return dev.replaceAll('inference-dev', application).replace(VALUES_FILE, valuesFile);
}

/** As the sample service, with time enough for fifty of them on one machine. */
function addTo(file: Document, { name, application, valuesFile }: StormService): void {
  const { services } = file.toJS() as { readonly services: Readonly<Record<string, unknown>> };
  const text = JSON.stringify(services[REPOSITORY]).replaceAll(VALUES_FILE, valuesFile).replaceAll('inference-dev', application).replace(`"${REPOSITORY}"`, `"${name}"`);
  file.setIn(['services', name], file.createNode(JSON.parse(text)));
  for (const part of ['sync', 'rollout']) file.setIn(['services', name, 'environments', 'dev', part, 'timeout'], '10m');
}
