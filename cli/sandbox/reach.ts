import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ScenarioWorld } from '../../sandbox/scenarios/scenario-world.ts';
import type { StartedScenario } from '../../sandbox/scenarios/start-scenario.ts';

/** Writes a kubeconfig and the authority's certificate, and says with which environment ordinary tools reach the sandbox. */
export async function describeReach({ world, environment, slipwayFile }: StartedScenario<ScenarioWorld>, stateMachineArn: string): Promise<string> {
  const { folder, git, argocd, caPem, stage, serviceUrl } = world;
  const kubeconfig = join(folder, 'kubeconfig.yaml');
  const caFile = join(folder, 'ca.pem');
  const file = join(folder, 'slipway.yaml');
  await Promise.all([writeFile(kubeconfig, kubeconfigOf(world), { mode: 0o600 }), writeFile(caFile, caPem), writeFile(file, slipwayFile)]);
  const variables = {
    ...environment,
    // Version 1 of the AWS CLI knows the region by this name only.
    AWS_DEFAULT_REGION: world.aws.account.region,
    KUBECONFIG: kubeconfig,
    GIT_URL: git.repositoryUrl('config').replace('://', `://${git.credential.username}:${git.credential.password}@`),
    ARGOCD_URL: argocd.url,
    ARGOCD_TOKEN: await argocd.token('inference', 'slipway'),
    CA_FILE: caFile,
    SLIPWAY_FILE: file,
    ...(serviceUrl && { SERVICE_URL: serviceUrl }),
    // git, curl and aws would ask a proxy of the user's even for loopback.
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  };
  return [
    'The sandbox stays up until Ctrl-C. Its environment, for another terminal:',
    '',
    'unset AWS_PROFILE AWS_SESSION_TOKEN',
    ...Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`),
    '',
    'With it, for example:',
    '',
    `npx slipway status inference-service --stage ${stage}`,
    `npx slipway deploy inference-service --tag 1.0.0 --stage ${stage}`,
    `npx slipway apply "$SLIPWAY_FILE" --stage ${stage}`,
    `aws stepfunctions list-executions --state-machine-arn ${stateMachineArn}`,
    ...(serviceUrl === undefined ? [] : ['curl -s "$SERVICE_URL/version"', 'kubectl logs deployment/inference-dev']),
    'kubectl get pods',
    'kubectl rollout status deployment/inference-dev',
    'git clone "$GIT_URL"',
    'curl --cacert "$CA_FILE" -H "Authorization: Bearer $ARGOCD_TOKEN" "$ARGOCD_URL/api/v1/applications/inference-dev?project=inference"',
    '',
    `The functions' logs are in ${join(folder, 'functions.log')}.`,
  ].join('\n');
}

function kubeconfigOf({ cluster: { url, administratorToken }, caPem }: Pick<ScenarioWorld, 'cluster' | 'caPem'>): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } }],
    users: [{ name: 'operator', user: { token: administratorToken } }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'operator', namespace: 'inference' } }],
    'current-context': 'sandbox',
  });
}
