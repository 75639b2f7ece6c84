import { expect, it } from 'vitest';
import type { GitRepository } from '../../../src/domain/service.ts';
import { commitRelease } from '../../../src/steps/commit-release.ts';
import { aProposingWorld, BRANCH, NEW, OLD, type ProposingWorld, valuesOf } from '../../support/proposing-world.ts';

/** More calls than an execution makes: the last of these is never reached. */
const CALLS = Array.from({ length: 12 }, (_, index) => index);

/** The world of one execution: before its call of that number, something else happens. */
function interrupted(world: ProposingWorld, number: number, deed: () => Promise<unknown>) {
  let calls = 0;
  const turn = async <Answer>(call: () => Promise<Answer>): Promise<Answer> => {
    if (calls++ === number) await deed();
    return call();
  };
  return {
    ...world,
    targets: { ...world.targets, target: (key: Parameters<typeof world.targets.target>[0]) => turn(() => world.targets.target(key)), prove: (...args: Parameters<typeof world.targets.prove>) => turn(() => world.targets.prove(...args)) },
    async git(entry: GitRepository) {
      const host = await world.git(entry);
      return { ...host, read: (...args: Parameters<typeof host.read>) => turn(() => host.read(...args)) };
    },
    async pullRequests(entry: GitRepository) {
      const pulls = await world.pullRequests(entry);
      return { ...pulls, find: (branch: string) => turn(() => pulls.find(branch)), propose: (proposal: Parameters<typeof pulls.propose>[0]) => turn(() => pulls.propose(proposal)) };
    },
  };
}

const interrupts = [{ tag: OLD.tag, digest: OLD.digest }];

/** An older execution into whose work a newer one comes, from its claim to its proposal. */
async function interruptedBy(world: ProposingWorld, number: number) {
  const older = await world.claimed('older', OLD);
  const newer = async () => world.run('newer', { ...(await world.claimed('newer', NEW)), interrupts });
  const ports = interrupted(world, number, newer);
  return commitRelease.run(ports, { execution: 'older', redrives: 0, deployment: older });
}

const openPulls = ({ repository }: ProposingWorld) => repository.pulls.all().filter(({ state }) => state === 'open');
const proposedText = (world: ProposingWorld) => world.textOf(world.repository.pulls.branch(BRANCH)?.head ?? '');

it.each(CALLS)('a newer release that comes before call %i of an older one is what the one pull request proposes', async (number) => {
  const world = await aProposingWorld();
  const { status } = await interruptedBy(world, number);
  const came = world.repository.pulls.all().length > 0 && (await world.state()).claim?.execution === 'newer';
  expect(openPulls(world)).toHaveLength(1);
  expect(await proposedText(world)).toBe(valuesOf(came ? NEW : OLD));
  expect(status).toBe(came ? 'superseded' : 'proposed');
});

it.each(CALLS)('also where it was proposed before, and nothing of it has to change: call %i', async (number) => {
  const world = await aProposingWorld();
  await world.propose('earlier', NEW);
  await interruptedBy(world, number);
  if ((await world.state()).claim?.execution !== 'newer') return;
  expect(openPulls(world)).toHaveLength(1);
  expect(await proposedText(world)).toBe(valuesOf(NEW));
});

it.each(CALLS)('an older one leaves no pull request where the branch carries the newer release already: call %i', async (number) => {
  const world = await aProposingWorld({ values: valuesOf(NEW) });
  await world.propose('earlier', OLD);
  await interruptedBy(world, number);
  if ((await world.state()).claim?.execution !== 'newer') return;
  expect(openPulls(world)).toEqual([]);
});
