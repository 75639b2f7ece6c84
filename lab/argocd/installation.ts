import type { ControlPlane } from '../kubernetes/start-control-plane.ts';

/** Namespace of Argo CD's own objects, and of its Applications. */
export const NAMESPACE = 'argocd';

/** How the names of other namespaces begin in which it looks for Applications. */
export const TEAM_NAMESPACES = 'team-';

/** An Argo CD that runs, as plain data. Its processes are argocd-server, argocd-repo-server, argocd-application-controller, argocd-applicationset-controller and redis. */
export type ArgoCdInstallation = {
  /** Folder in which its processes are recorded. */
  readonly place: string;
  /** Of argocd-server, whose certificate the authority signed. */
  readonly url: string;
  readonly caPem: string;
  /** Of the account `admin`. */
  readonly adminPassword: string;
  /** The cluster that it runs against, which is `https://kubernetes.default.svc` to its Applications. */
  readonly controlPlane: ControlPlane;
};
