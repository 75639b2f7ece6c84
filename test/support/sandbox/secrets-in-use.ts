import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetExecutionHistoryCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ScenarioWorld } from '../../../sandbox/scenarios/scenario-world.ts';

/** Everything that a deployment leaves where people look: by place, as text. */
export async function tracesOf({ world }: { readonly world: ScenarioWorld }): Promise<Readonly<Record<string, string>>> {
  const { aws, git, folder, stage } = world;
  const config = { endpoint: aws.endpointUrl, region: aws.account.region, credentials: aws.administrator, maxAttempts: 1 };
  const stateMachineArn = `arn:aws:states:${aws.account.region}:${aws.account.id}:stateMachine:slipway-${stage}-deploy`;
  return {
    histories: await histories(new SFNClient(config), stateMachineArn),
    logs: await readFile(join(folder, 'functions.log'), 'utf8'),
    events: JSON.stringify(aws.events.events()),
    table: JSON.stringify((await new DynamoDBClient(config).send(new ScanCommand({ TableName: `slipway-${stage}`, ConsistentRead: true }))).Items),
    commits: JSON.stringify(await git.repository.log()),
  };
}

async function histories(client: SFNClient, stateMachineArn: string): Promise<string> {
  const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn }));
  const texts = await Promise.all(
    executions.map(async ({ executionArn }) => JSON.stringify((await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }))).events)),
  );
  return texts.join('\n');
}

/** What secrets look like whose values are not known here: the functions' own keys, and tokens made on the way. */
const PATTERNS: Readonly<Record<string, RegExp>> = {
  'EKS token': /k8s-aws-v1\.[A-Za-z0-9_-]{20,}/,
  'JSON web token': /eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+/,
  'AWS session token': /[A-Za-z0-9+/]{300,}={0,2}/,
  'AWS secret key': /(?<![A-Za-z0-9+/])(?=[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=]))(?![0-9a-f]{40})(?=\S*[A-Z])(?=\S*[a-z])(?=\S*[0-9])[A-Za-z0-9+/]{40}/,
  'authorization header': /\b(?:Basic|Bearer) [A-Za-z0-9+/._=-]{16,}/,
  'private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
};

/** Which secrets are in the text, by what they are. */
export function secretsIn(text: string, known: Readonly<Record<string, string>>): readonly string[] {
  const values = Object.entries(known).filter(([, value]) => text.includes(value) || text.includes(Buffer.from(value).toString('base64')));
  return [...values.map(([name]) => name), ...Object.entries(PATTERNS).filter(([, pattern]) => pattern.test(text)).map(([name]) => name)];
}

/** The secrets of a world whose values are known. */
export async function secretsOf({ world }: { readonly world: ScenarioWorld }): Promise<Readonly<Record<string, string>>> {
  const { endpointUrl: endpoint, account, administrator: credentials } = world.aws;
  const secrets = new SecretsManagerClient({ endpoint, region: account.region, credentials, maxAttempts: 1 });
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: 'slipway/argocd' }));
  return {
    'Git password': world.git.credential.password,
    'Argo CD token': String((JSON.parse(SecretString) as { token: unknown }).token),
    'administrator’s cluster token': world.cluster.administratorToken,
    'administrator’s secret key': world.aws.administrator.secretAccessKey,
  };
}

/** Which secrets a world left where people look, by place. @throws when there is a place that nothing was read from */
export async function secretsFound(deployed: { readonly world: ScenarioWorld }): Promise<Readonly<Record<string, readonly string[]>>> {
  const [traces, known] = await Promise.all([tracesOf(deployed), secretsOf(deployed)]);
  const unread = Object.keys(traces).filter((place) => (traces[place]?.length ?? 0) <= 100);
  if (unread.length > 0) throw new Error(`Nothing was found to look through in ${unread.join(', ')}.`);
  const found = Object.entries(traces).map(([place, text]) => [place, secretsIn(text, known)] as const);
  return Object.fromEntries(found.filter(([, secrets]) => secrets.length > 0));
}
