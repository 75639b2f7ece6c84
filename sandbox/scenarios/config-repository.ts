import { chartFiles } from '../argocd/chart-renderer.ts';
import { REGISTRY } from '../world.ts';
import type { Image } from './image.ts';
import { INFERENCE, type SampleService } from './sample-services.ts';

/** ECR repository of the sample service. */
export const REPOSITORY = INFERENCE.repository;
export const VALUES_FILE = INFERENCE.valuesFile;

/** The team's config repository: the chart, and dev's values of each service with the image that runs there. */
export function configFiles(image: Image, services: readonly SampleService[] = [INFERENCE]): Record<string, string> {
  const chart = Object.entries(chartFiles()).map(([path, text]) => [`charts/inference-service/${path}`, text] as const);
  return Object.fromEntries([...chart, ...services.map((service) => [service.valuesFile, devValues(service, image)] as const)]);
}

function devValues({ name, repository }: SampleService, { tag, digest }: Image): string {
  return `# ${name} in dev. Slipway writes image.tag and image.digest; everything else is the team's.
replicaCount: 2

image:
  repository: ${REGISTRY}/${repository}
  tag: "${tag}"          # the release, by name
  digest: ${digest}

progressDeadlineSeconds: 6  # dev fails early
`;
}
