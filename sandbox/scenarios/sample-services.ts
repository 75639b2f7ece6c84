/** A service that a scenario deploys, each to an Application of its own in dev. */
export type SampleService = {
  readonly name: string;
  /** In ECR. */
  readonly repository: string;
  readonly application: string;
  /** In the config repository. */
  readonly valuesFile: string;
};

/** The service of the repository's own Application; most scenarios have no other. */
export const INFERENCE: SampleService = { name: 'inference-service', repository: 'inference-service', application: 'inference-dev', valuesFile: 'envs/dev/values.yaml' };

export function sampleService(name: string): SampleService {
  return { name: `${name}-service`, repository: `${name}-service`, application: `${name}-dev`, valuesFile: `envs/dev/${name}.yaml` };
}

/** Manifests of Argo CD with an Application for each service, made of the one for the sample service. */
export function withApplications(manifest: string, services: readonly SampleService[]): string {
  if (!manifest.includes('kind: Application')) return manifest;
  return services.map(({ application, valuesFile }) => manifest.replaceAll(INFERENCE.application, application).replaceAll(INFERENCE.valuesFile, valuesFile)).join('---\n');
}
