import { createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Document } from 'yaml';
import type { ForgeState } from '../git-hosts/forge-world.ts';
import { startGitea } from '../git-hosts/gitea-stand-in.ts';
import { createStoredPulls, type StoredPulls } from '../git-hosts/stored-pulls.ts';
import { type DeployedWorld, type DeployedWorldOptions, startDeployedWorld } from './deployed-world.ts';
import { ENVIRONMENTS } from './more-environments.ts';

/** A world whose config repository is on a forge with pull requests: what people do there, and what the forge tells the stack. */
export type ForgeInWorld = {
  readonly world: DeployedWorld;
  readonly pulls: StoredPulls;
  /** Where functions ask the forge, and with what. */
  readonly url: string;
  readonly credential: { readonly token: string };
  /** Writes `delivery: pull-request` into a `slipway.yaml`, with what else is given. */
  editFile(file: Document, merge?: object): void;
  /** Applies that. */
  propose(merge?: object): Promise<void>;
  /** The forge's webhook of a pull request; signed with another secret where one is given. The status of the answer. */
  sendWebhook(number: number, secret?: string): Promise<number>;
  /** What functions have logged while something was played, and for a moment after. */
  logOf(play: () => Promise<unknown>): Promise<string>;
  /** The schedule that looks, should a webhook be lost. */
  look(): Promise<void>;
  stop(): Promise<void>;
};

const WEBHOOK_SECRET = 'slipway/webhook';

/** Starts a scenario with the stand-in for Gitea in front of its repository, and a stack that takes webhooks. */
export async function startForgeInWorld(options: DeployedWorldOptions = {}): Promise<ForgeInWorld> {
  const world = await startDeployedWorld('happy', {
    ...options,
    editTemplate: (template) => ({ ...template, Parameters: { ...template.Parameters, WebhookSecret: { Type: 'String', Default: WEBHOOK_SECRET } } }),
  });
  const { aws, git, folder } = world.world;
  const directory = join(folder, 'config.git');
  const [token, secret] = [randomUUID(), randomUUID()];
  const pulls = createStoredPulls(directory);
  const state: ForgeState = { directory, pulls, tokens: new Map([[token, 'writer']]), granted: new Set(), declined: null, isProtected: false, limitedUntil: null, meanwhile: null };
  const standIn = await startGitea(state);
  aws.secrets.putSecret('slipway/gitea', JSON.stringify({ token }));
  aws.secrets.putSecret(WEBHOOK_SECRET, JSON.stringify({ token: secret }));
  const repository = { host: 'gitea', url: `${standIn.url}/team/config.git`, branch: 'main', credentials: 'slipway/gitea', aliases: [git.repositoryUrl('config')] };
  const webhookUrl = await webhookUrlOf(world);
  const editFile = (file: Document, merge?: object): void => {
    file.setIn(['git', 'config'], file.createNode(repository));
    file.setIn([...ENVIRONMENTS, 'dev', 'delivery'], 'pull-request');
    if (merge !== undefined) file.setIn([...ENVIRONMENTS, 'dev', 'merge'], merge);
  };
  return {
    world,
    pulls,
    url: standIn.url,
    credential: { token },
    editFile,
    propose: (merge) => world.apply((file) => editFile(file, merge)),
    async sendWebhook(number, signedWith = secret) {
      const body = JSON.stringify({ action: 'closed', pull_request: { number, merged: true } });
      const signature = createHmac('sha256', signedWith).update(body).digest('hex');
      return (await fetch(webhookUrl, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-gitea-signature': signature } })).status;
    },
    async logOf(play) {
      const log = () => readFile(join(folder, 'functions.log'), 'utf8');
      const before = await log();
      await play();
      await aws.events.settled();
      return (await log()).slice(before.length);
    },
    async look() {
      aws.events.fire(`slipway-${world.world.stage}-pull-requests-due`);
      await aws.events.settled();
    },
    async stop() {
      await world.stop();
      await standIn.stop();
    },
  };
}

async function webhookUrlOf({ world: { aws, stage } }: DeployedWorld): Promise<string> {
  const client = new CloudFormationClient({ endpoint: aws.endpointUrl, region: aws.account.region, credentials: aws.administrator });
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: `slipway-${stage}` }));
  return Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'WebhookUrl')?.OutputValue ?? '';
}
