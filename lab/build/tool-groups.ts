import type { GroupRecipe } from './recipe.ts';

/** One Go module of `lab/tools` each. */
export type ToolGroup = 'kube' | 'argocd' | 'helm' | 'gitea' | 'rollouts' | 'eks-authenticator' | 'redis' | 'image-updater';

const ARGO_CD = 'github.com/argoproj/argo-cd/v3';
const HELM = 'helm.sh/helm/v4';
const ROLLOUTS = 'github.com/argoproj/argo-rollouts';
const GITEA = 'code.gitea.io/gitea';
const IMAGE_UPDATER = 'github.com/argoproj-labs/argocd-image-updater';

/** How each group is built; the versions are those of its go.mod. What would listen on every address is bound to loopback. */
export const TOOL_GROUPS: Readonly<Record<ToolGroup, GroupRecipe>> = {
  kube: {
    package: '.',
    binary: 'kube',
    commands: ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok', 'kubectl'],
    linkedVersion: { module: 'k8s.io/kubernetes', variables: kubernetesVersion },
    minutes: 7,
  },
  'eks-authenticator': { package: '.', binary: 'eks-authenticator', minutes: 1 },
  helm: {
    package: `${HELM}/cmd/helm`,
    binary: 'helm',
    linkedVersion: { module: HELM, variables: (version) => ({ [`${HELM}/internal/version.version`]: `v${version}` }) },
    minutes: 2,
  },
  redis: { package: '.', binary: 'redis', minutes: 1 },
  argocd: {
    package: `${ARGO_CD}/cmd`,
    binary: 'argocd',
    commands: ['argocd-server', 'argocd-repo-server', 'argocd-application-controller', 'argocd-applicationset-controller'],
    linkedVersion: { module: ARGO_CD, variables: (version) => ({ [`${ARGO_CD}/common.version`]: version }) },
    edits: [{ module: ARGO_CD, file: 'controller/appcontroller.go', replace: '"0.0.0.0:%d"', with: '"127.0.0.1:%d"' }],
    share: [
      ...['application', 'appproject', 'applicationset'].map((name) => ({ module: ARGO_CD, from: `manifests/crds/${name}-crd.yaml`, to: `crds/${name}-crd.yaml` })),
      // Called by repo-server at each sync, also where no signature is asked for.
      { module: ARGO_CD, from: 'hack/git-verify-wrapper.sh', to: 'git-verify-wrapper.sh', executable: true },
    ],
    minutes: 8,
  },
  gitea: {
    package: GITEA,
    binary: 'gitea',
    tags: ['sqlite', 'sqlite_unlock_notify'],
    cgo: true,
    linkedVersion: { module: GITEA, variables: (version) => ({ 'main.Version': version }) },
    share: ['options', 'templates', 'public'].map((folder) => ({ module: GITEA, from: folder, to: folder })),
    minutes: 5,
  },
  rollouts: {
    package: `${ROLLOUTS}/cmd/rollouts-controller`,
    binary: 'rollouts-controller',
    linkedVersion: { module: ROLLOUTS, variables: (version) => ({ [`${ROLLOUTS}/utils/version.version`]: version }) },
    edits: [{ module: ROLLOUTS, file: 'controller/controller.go', replace: '"0.0.0.0:%d"', with: '"127.0.0.1:%d"' }],
    share: ['rollout', 'analysis-run', 'analysis-template', 'cluster-analysis-template', 'experiment'].map((name) => ({
      module: ROLLOUTS,
      from: `manifests/crds/${name}-crd.yaml`,
      to: `crds/${name}-crd.yaml`,
    })),
    minutes: 3,
  },
  'image-updater': {
    package: `${IMAGE_UPDATER}/cmd`,
    binary: 'argocd-image-updater',
    linkedVersion: { module: IMAGE_UPDATER, variables: (version) => ({ [`${IMAGE_UPDATER}/pkg/version.version`]: version }) },
    edits: [{ module: IMAGE_UPDATER, file: 'pkg/webhook/server.go', replace: 'fmt.Sprintf(":%d", s.Port)', with: 'fmt.Sprintf("127.0.0.1:%d", s.Port)' }],
    additions: [{ module: `${IMAGE_UPDATER}/registry-scanner`, file: 'pkg/image/verification.go', from: 'registry-scanner/verification.go' }],
    share: [{ module: IMAGE_UPDATER, from: 'config/crd/bases/argocd-image-updater.argoproj.io_imageupdaters.yaml', to: 'crds/imageupdaters.yaml' }],
    minutes: 2,
  },
};

/** As Kubernetes' own release build: clients read the version that the API server answers. */
function kubernetesVersion(version: string): Record<string, string> {
  const [major = '', minor = ''] = version.split('.');
  const module = 'k8s.io/component-base/version';
  return { [`${module}.gitVersion`]: `v${version}`, [`${module}.gitMajor`]: major, [`${module}.gitMinor`]: minor, [`${module}.gitTreeState`]: 'clean' };
}
