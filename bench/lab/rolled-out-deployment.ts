/** The members of a Deployment that `kubectl rollout status` looks at. */
export type DeploymentObject = {
  readonly metadata: { readonly namespace: string; readonly name: string; readonly generation?: number };
  readonly spec: { readonly replicas?: number; readonly template: { readonly spec: { readonly containers: readonly { readonly image?: string }[] } } };
  readonly status?: { readonly observedGeneration?: number; readonly replicas?: number; readonly updatedReplicas?: number; readonly availableReplicas?: number };
};

/** As `kubectl rollout status` decides it, of a template with the digest. */
export function isDeploymentRolledOut({ metadata, spec, status = {} }: DeploymentObject, digest: string): boolean {
  const { replicas: wanted = 1, template } = spec;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  const carries = template.spec.containers.some(({ image = '' }) => image.endsWith(digest));
  return carries && observedGeneration >= (metadata.generation ?? 0) && updatedReplicas >= wanted && replicas <= updatedReplicas && availableReplicas >= updatedReplicas;
}
