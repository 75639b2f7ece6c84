/** The members of an Argo CD Application that tell whether anything is still to come. */
export type SettlingApplication = {
  readonly metadata: { readonly name: string };
  readonly operation?: unknown;
  readonly status?: {
    readonly sync?: { readonly status?: string };
    readonly health?: { readonly status?: string };
    readonly reconciledAt?: string;
    readonly operationState?: { readonly phase?: string; readonly finishedAt?: string };
  };
};

/**
 * Nothing runs and nothing is to be compared any more: the last operation has ended, the comparison after it is done, and the
 * Application is Synced and Healthy. As `argocd app wait` decides it.
 */
export function isSettled({ operation, status }: SettlingApplication): boolean {
  if (operation !== undefined || status?.sync?.status !== 'Synced' || status.health?.status !== 'Healthy') return false;
  const { phase, finishedAt } = status.operationState ?? {};
  if (phase !== 'Succeeded' || finishedAt === undefined) return false;
  return status.reconciledAt !== undefined && Date.parse(status.reconciledAt) >= Date.parse(finishedAt);
}
