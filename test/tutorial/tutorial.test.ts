import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeReach } from '../../cli/sandbox/reach.ts';
import { VALUES_FILE } from '../../sandbox/scenarios/config-repository.ts';
import { imageOf } from '../../sandbox/scenarios/image.ts';
import { LISTENS_ON } from '../../sandbox/kubernetes/kubelet/program.ts';
import type { Pod } from '../../sandbox/kubernetes/objects.ts';
import { startWorld, type World } from '../../sandbox/world.ts';
import { understood } from '../support/command-line.ts';
import { commandsOf, readDocument } from '../support/document.ts';
import { type PlayedScenario, playScenario } from '../support/sandbox/played-scenario.ts';
import { secretsFound } from '../support/sandbox/secrets-in-use.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';

const TUTORIAL = readDocument('docs/tutorial.md');
/** What a reader types, block by block; the first starts the sandbox. */
const [start = '', ...BLOCKS] = TUTORIAL.blocks('sh sandbox');
/** A process takes its time to start where other tests run. */
const PATIENT = { timeout: 240_000, interval: 200 };
const GIT_USER = { GIT_AUTHOR_NAME: 'A reader', GIT_AUTHOR_EMAIL: 'reader@example.com', GIT_COMMITTER_NAME: 'A reader', GIT_COMMITTER_EMAIL: 'reader@example.com', GIT_CONFIG_GLOBAL: '/dev/null' };

let temp: string;
let world: World;
let played: PlayedScenario;
let terminal: Terminal;
/** Executions that began, oldest first. */
const executions: string[] = [];

beforeAll(async () => {
  temp = mkdtempSync(join(tmpdir(), 'slipway-tutorial-'));
  played = await playScenario(async (options) => {
    world = await startWorld(options);
    world.aws.states.watch(({ executionArn }) => void (executions.includes(executionArn) || executions.push(executionArn)));
    return world;
  }, 'service');
  const reach = await describeReach(played.scenario, 'arn');
  const exported = Object.fromEntries([...reach.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]));
  terminal = openTerminal({ cwd: fileURLToPath(new URL('../../', import.meta.url)), env: { ...exported, ...GIT_USER, TMPDIR: temp } });
}, 600_000);
afterAll(async () => {
  await terminal?.close();
  await played?.scenario.world.stop();
  rmSync(temp, { recursive: true, force: true });
});

/** Types the next block of the document, and returns what its last command said. */
async function typeNext({ endsWith = 0 } = {}): Promise<string> {
  const commands = commandsOf(BLOCKS.shift() ?? '');
  expect(commands.length).toBeGreaterThan(0);
  let last = { code: 0, said: '' };
  for (const command of commands) {
    expect(last.code, last.said).toBe(0);
    last = await terminal.run(command);
  }
  expect(last.code, last.said).toBe(endsWith);
  return last.said;
}

/** Pods that are not about to go. */
function pods(): readonly Pod[] {
  return world.kubernetes.store.list('Pod', 'inference').filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

const addressOf = ({ metadata }: Pod): string => metadata.annotations?.[LISTENS_ON] ?? '';

async function get(address: string, path: string): Promise<unknown> {
  return (await fetch(`http://${address}${path}`)).json();
}

/** What the pods say that they run, once each is Ready and says so. */
async function untilPodsRun(version: object, count: number): Promise<void> {
  await expect.poll(async () => Promise.all(pods().map(async (pod) => get(addressOf(pod), '/version').catch(String))), PATIENT).toEqual(Array(count).fill(expect.objectContaining(version)));
  await expect.poll(async () => (await world.cluster.livePods('inference')).map(({ ready }) => ready), PATIENT).toEqual(Array(count).fill(true));
}

const values = async (): Promise<string> => (await world.git.repository.readFiles('main', [VALUES_FILE]))[VALUES_FILE] ?? '';
const champion = { name: 'iris', alias: 'champion', version: '1' };
const challenger = { name: 'iris', alias: 'challenger', version: '2' };

describe('docs/tutorial.md on the sandbox, whose pods are processes of service/', { timeout: 300_000 }, () => {
  it('starts with a deployment, which is Ready because its process answered, and verified because VerifyRelease called it', async () => {
    expect(commandsOf(start)).toEqual(['npm ci', 'npm start -- --scenario service --keep']);
    expect(played.told.json).toMatchObject({ outcome: 'succeeded', timings: { verify: expect.any(Number) as number } });
    expect(played.scenario.slipwayFile).toContain(`url: ${world.serviceUrl}/ready`);
    expect(await typeNext()).toMatch(/current +1\.1\.0/);
    expect(await get(addressOf(pods()[0] as Pod), '/version')).toMatchObject({ image: '1.1.0', model: champion });
  });

  it('1. deploys new code: /version of the pods says the new image', async () => {
    expect(JSON.parse(await typeNext())).toMatchObject({ image: '1.2.0', model: champion });
    expect(pods().map(({ spec }) => spec.containers[0]?.image)).toEqual([expect.stringContaining(imageOf('1.2.0').digest)]);
  });

  it('2. leaves a person’s change of the chart to Argo CD', async () => {
    const [before, [pod]] = [executions.length, pods()];
    await typeNext();
    await untilPodsRun({ image: '1.2.0', model: champion }, 2);
    expect(executions).toHaveLength(before);
    expect(pods().map(({ metadata }) => metadata.uid)).toContain(pod?.metadata.uid);
  });

  it('2. keeps that change in the next deployment', async () => {
    expect(JSON.parse(await typeNext())).toMatchObject({ image: '1.3.0' });
    await untilPodsRun({ image: '1.3.0', model: champion }, 2);
    expect(await values()).toMatch(/^replicaCount: 2$/m);
  });

  it('3. serves another model from new pods of the same image, without an execution', async () => {
    const [before, old] = [executions.length, pods().map(({ metadata }) => metadata.uid)];
    await typeNext();
    await untilPodsRun({ image: '1.3.0', model: challenger }, 2);
    expect(pods().filter(({ metadata }) => old.includes(metadata.uid))).toEqual([]);
    expect(executions).toHaveLength(before);
    expect(JSON.parse(await typeNext())).toMatchObject({ image: '1.3.0', model: challenger });
  });

  it('4. takes back the release, and nothing that a person committed since', async () => {
    expect(JSON.parse(await typeNext())).toMatchObject({ image: '1.2.0', model: challenger });
    await untilPodsRun({ image: '1.2.0', model: challenger }, 2);
    expect(await typeNext()).toContain('lifted the hold');
  });

  it('5. fails with a cause where the model is unknown; the log of the new pod and its /ready say which, and the old pods serve', async () => {
    const said = await typeNext({ endsWith: 1 });
    const bad = (): Pod => pods().find(({ spec }) => spec.containers[0]?.image.endsWith(imageOf('1.4.0').digest)) as Pod;
    // On a busy machine the deadline may be over while the process has not even begun to listen.
    expect(said).toMatch(new RegExp(`\nOutcome: failed: pod ${bad().metadata.name}: Unhealthy: (?:Readiness probe failed: HTTP probe failed with statuscode: 503|Startup probe failed: .*)\n$`));
    const reason = /^Model iris has no alias nosuch in \S+; it has champion, challenger\.$/;
    await expect.poll(async () => get(addressOf(bad()), '/ready').catch(String), PATIENT).toEqual({ status: 'not ready', reason: expect.stringMatching(reason) as string });
    expect((await logOf(bad())).map(({ message }) => message)).toContainEqual(expect.stringMatching(reason));
    expect(await (await fetch(`${world.serviceUrl}/version`)).json()).toMatchObject({ image: '1.2.0', model: challenger });
  });

  it('5. rolls forward once that is mended', async () => {
    expect(JSON.parse(await typeNext())).toMatchObject({ image: '1.5.0', model: challenger });
    await untilPodsRun({ image: '1.5.0', model: challenger }, 2);
    expect(BLOCKS).toEqual([]);
  });

  it('leaves no secret in history, logs, events, table and commits', async () => {
    expect(await secretsFound(played.scenario)).toEqual({});
  });

  it('ends all that it started', async () => {
    const addresses = pods().map(addressOf).filter((address) => address !== '');
    expect(addresses.length).toBeGreaterThan(0);
    await world.stop();
    for (const address of addresses) await expect(fetch(`http://${address}/health`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});

describe('docs/tutorial.md on AWS', () => {
  it.each(TUTORIAL.commands('sh aws').filter((line) => line.includes('slipway ')))('shows a command line that is understood: %s', async (line) => {
    expect(await understood(line)).not.toBe('');
  });
});

/** As `kubectl logs POD` gets it. */
async function logOf({ metadata: { namespace, name } }: Pod): Promise<readonly { readonly message: string }[]> {
  const { code, said } = await terminal.run(`curl -s --cacert "$CA_FILE" -H 'Authorization: Bearer ${world.cluster.administratorToken}' ${world.cluster.url}/api/v1/namespaces/${namespace}/pods/${name}/log`);
  expect(code).toBe(0);
  return said.trim().split('\n').map((line) => JSON.parse(line) as { message: string });
}
