import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { StartedScenario } from '../../sandbox/scenarios/start-scenario.ts';

/** Writes a kubeconfig and the authority's certificate, and says with which environment ordinary tools reach the sandbox. */
export async function describeReach({ world, environment, slipwayFile }: StartedScenario): Promise<string> {
  const { folder, kubernetes, git, argocd, caPem } = world;
  const kubeconfig = join(folder, 'kubeconfig.yaml');
  const caFile = join(folder, 'ca.pem');
  const file = join(folder, 'slipway.yaml');
  await Promise.all([writeFile(kubeconfig, kubeconfigOf(kubernetes), { mode: 0o600 }), writeFile(caFile, caPem), writeFile(file, slipwayFile)]);
  const variables = {
    ...environment,
    KUBECONFIG: kubeconfig,
    GIT_URL: git.repositoryUrl('config').replace('://', `://${git.credential.username}:${git.credential.password}@`),
    ARGOCD_URL: argocd.url,
    ARGOCD_TOKEN: argocd.token('inference', 'slipway'),
    CA_FILE: caFile,
    SLIPWAY_FILE: file,
  };
  return [
    ...Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`),
    '',
    'aws stepfunctions list-executions --state-machine-arn ' + `arn:aws:states:${world.aws.account.region}:${world.aws.account.id}:stateMachine:slipway-${world.stage}-deploy`,
    `npx slipway status inference-service --stage ${world.stage}`,
    'kubectl -n inference rollout status deployment/inference-dev',
    'git clone "$GIT_URL"',
    'curl --cacert "$CA_FILE" -H "Authorization: Bearer $ARGOCD_TOKEN" "$ARGOCD_URL/api/v1/applications/inference-dev?project=inference"',
    '',
    `The functions' logs are in ${join(folder, 'functions.log')}. Ctrl-C ends the sandbox.`,
  ].join('\n');
}

function kubeconfigOf({ url, caPem, administratorToken }: StartedScenario['world']['kubernetes']): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } }],
    users: [{ name: 'operator', user: { token: administratorToken } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'operator', namespace: 'inference' } }],
    'current-context': 'sandbox',
  });
}
