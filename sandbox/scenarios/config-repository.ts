import { chartFiles } from '../argocd/chart-renderer.ts';
import { REGISTRY } from '../world.ts';
import type { Image } from './image.ts';
import { INFERENCE, type SampleService } from './sample-services.ts';
import type { Scenario } from './scenarios.ts';

/** ECR repository of the sample service. */
export const REPOSITORY = INFERENCE.repository;
export const VALUES_FILE = INFERENCE.valuesFile;

/** The team's config repository: the chart, and dev's values of each service with the image that runs there. */
export function configFiles(image: Image, { services = [INFERENCE], runsService }: Pick<Scenario, 'services' | 'runsService'> = {}): Record<string, string> {
  const chart = Object.entries(chartFiles()).map(([path, text]) => [`charts/inference-service/${path}`, text] as const);
  return Object.fromEntries([...chart, ...services.map((service) => [service.valuesFile, devValues(service, image, runsService === true ? PROCESS_VALUES : VALUES)] as const)]);
}

/** What else dev says. */
const VALUES = { replicaCount: 2, rest: 'progressDeadlineSeconds: 6  # dev fails early\n' };
/** One pod, whose process the sandbox starts; the model is the service's own. */
const PROCESS_VALUES = {
  replicaCount: 1,
  rest: `model:
  name: iris
  alias: champion

podAnnotations:
  slipway.dev/run: service

progressDeadlineSeconds: 120
`,
};

function devValues({ name, repository }: SampleService, { tag, digest }: Image, { replicaCount, rest }: typeof VALUES): string {
  return `# ${name} in dev. Slipway writes image.tag and image.digest; everything else is the team's.
replicaCount: ${replicaCount}

image:
  repository: ${REGISTRY}/${repository}
  tag: "${tag}"          # the release, by name
  digest: ${digest}

${rest}`;
}
