import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { PLAYED, type PlayedScenario } from '../sandbox/played-scenario.ts';
import { secretsFound } from '../sandbox/secrets-in-use.ts';
import { PATIENT } from './world-under-test.ts';

/** Members of every JSON object; a scenario has at most one more. */
const SUMMARY = ['outcome', 'cause', 'timings', 'commit', 'pods', 'execution'];
const [OLD, NEW] = [imageOf('1.0.0').digest, imageOf('1.1.0').digest];
const ready = (digest: string): object => ({ name: expect.stringMatching(/^inference-dev-/) as string, ready: true, digest });
const execution = expect.stringMatching(/^arn:aws:states:.*:execution:slipway-sandbox-deploy:/) as string;

/** Steps that ended, in the order in which they were told. */
function steps(said: string): readonly string[] {
  return [...said.matchAll(/^ +\d+\.\d\d s {2}(\w+)/gm)].map(([, state = '']) => state);
}

type Name = (typeof PLAYED)[number];
type Result = () => PlayedScenario;

/** What each scenario must tell, in the order of `PLAYED`. */
const EXPECTED: Readonly<Record<Name, (result: Result) => void>> = {
  rollback,
  superseded,
  'lost-event': lostEvent,
  'argocd-down': argocdDown,
  'hook-fails': hookFails,
  approval,
  redrive,
  storm,
};

/** Plays scenarios as a whole, all unless some are named, and expects of each what it tells. */
export function playedScenarios(play: (name: Name) => Promise<PlayedScenario>, names: readonly Name[] = PLAYED): void {
  describe.each(names)('%s', { timeout: 60_000 }, (name) => {
    let result: PlayedScenario;
    beforeAll(async () => {
      result = await play(name);
    }, PATIENT);
    afterAll(() => result?.scenario.world.stop());
    EXPECTED[name](() => result);
    it('leaves no secret in history, logs, events, table and commits', async () => {
      expect(await secretsFound(result.scenario)).toEqual({});
    });
  });
}

function rollback(result: Result): void {
  it('ends with exit code 1 and the first cause', () => {
    const { told } = result();
    expect(told.code).toBe(1);
    expect(Object.keys(told.json)).toEqual([...SUMMARY, 'rollback']);
    expect(told.json).toMatchObject({ outcome: 'rolled-back', cause: expect.stringMatching(/^pod inference-dev-\S+: CrashLoopBackOff: /) as string, commit: { sha: expect.any(String) as string } });
  });

  it('tells what went back, how long that took, and what the pods run now', () => {
    const took = expect.any(Number) as number;
    expect(result().told.json).toMatchObject({ rollback: { tag: '1.0.0', digest: OLD, took, commit: { sha: expect.stringMatching(/^[0-9a-f]{40}$/) as string }, pods: [ready(OLD), ready(OLD)] } });
    expect(result().told.text).toMatch(/\+ {2}tag: "1\.1\.0"[^]+back to 1\.0\.0[^]+\+ {2}tag: "1\.0\.0"[^]+Outcome: rolled-back: pod[^]+Pods after the rollback\n {2}Ready/);
  });

  it('shows that the same image is refused under another tag', () => {
    const again = { tag: '1.1.0-again', outcome: 'ignored', cause: expect.stringContaining('1.1.0-again is quarantined here since') as string, execution };
    expect(result().told.json).toMatchObject({ rollback: { again } });
    expect(result().told.text).toMatch(/\nOutcome: ignored: 1\.1\.0-again is quarantined here [^\n]+$/);
  });

  it('names the command that told Slipway what runs', () => {
    expect(result().said).toContain('$ npx slipway deploy inference-service --tag 1.0.0 --stage sandbox\n');
  });
}

function superseded(result: Result): void {
  it('ends with the newest live, and tells what became of each execution', () => {
    const { told } = result();
    expect(told.code).toBe(0);
    expect(Object.keys(told.json)).toEqual([...SUMMARY, 'executions']);
    const newest = imageOf('1.2.0').digest;
    expect(told.json).toMatchObject({ outcome: 'succeeded', cause: null, pods: [ready(newest), ready(newest)] });
    const { executions } = told.json as { executions: readonly { tag: string; outcome: string; execution: string }[] };
    expect(executions.filter(({ tag, outcome }) => tag === '1.2.0' && outcome === 'succeeded')).toHaveLength(1);
    expect(executions.filter(({ tag }) => tag === '1.1.0').map(({ outcome }) => outcome)).toEqual([expect.stringMatching(/^superseded|succeeded$/)]);
    for (const { tag, outcome } of executions) expect(told.text).toContain(`  ${tag}  Outcome: ${outcome}`);
  });

  it('tells the steps of both, each with its tag', () => {
    for (const tag of ['1.1.0', '1.2.0']) expect(result().said).toMatch(new RegExp(`^${tag} +\\d+\\.\\d\\d s {2}ClaimTarget`, 'm'));
  });
}

function lostEvent(result: Result): void {
  it('deploys by the sweep what no event brought', () => {
    const { told, said } = result();
    expect([told.code, Object.keys(told.json)]).toEqual([0, SUMMARY]);
    expect(told.json).toMatchObject({ outcome: 'succeeded', cause: null, pods: [ready(NEW), ready(NEW)], execution: expect.stringContaining(':execution:slipway-sandbox-deploy:sweep_') as string });
    expect(said).toMatch(/EventBridge starts nothing\.[^]+\$ npx slipway status inference-service --stage sandbox[^]+nothing deployed yet[^]+\$ aws lambda invoke --function-name slipway-sandbox-sweep-releases[^]+The sweep started arn:/);
  });
}

function argocdDown(result: Result): void {
  it('succeeds, and tells each retry as it happens', () => {
    const { told, said } = result();
    expect([told.code, Object.keys(told.json)]).toEqual([0, SUMMARY]);
    expect(told.json).toMatchObject({ outcome: 'succeeded', cause: null, pods: [ready(NEW), ready(NEW)] });
    expect(said).toMatch(/SyncApplication {5}dev\/eu {6}retrying: UnavailableError: Argo CD at https:\S+ cannot be reached/);
    expect(steps(said).slice(-4)).toEqual(['SyncApplication', 'CheckRollout', 'ConcludeDeployment', 'ConcludeRelease']);
  });
}

function hookFails(result: Result): void {
  it('fails in the words of the hook, though the pods are Ready', () => {
    const { told } = result();
    const cause = 'Application inference-dev: Job smoke-test: Job has reached the specified backoff limit';
    expect([told.code, Object.keys(told.json)]).toEqual([1, SUMMARY]);
    expect(told.json).toMatchObject({ outcome: 'failed', cause, pods: [ready(NEW), ready(NEW)] });
    expect(told.text).toMatch(new RegExp(`\nOutcome: failed: ${cause}$`));
  });
}

function approval(result: Result): void {
  it('waits, shows what waits, and goes on once it is approved', () => {
    const { said } = result();
    expect(said).toMatch(/waiting for approval[^]+\$ npx slipway approve --stage sandbox\n\ninference-service\/dev\/eu\n {2}release {4}1\.1\.0/);
    expect(said).toMatch(/\$ npx slipway approve inference-service dev eu --reason 'Seen in the release notes' --stage sandbox\n[^]+^inference-service\/dev\/eu {2}1\.1\.0 approved; arn:/m);
    expect(said).toMatch(/AwaitApproval +dev\/eu +approved\n[^]+CheckRollout +dev\/eu +succeeded/);
  });

  it('succeeds with the approval among the stages', () => {
    const { told } = result();
    expect([told.code, Object.keys(told.json)]).toEqual([0, [...SUMMARY, 'approval']]);
    const by = expect.stringMatching(/^arn:aws:iam::.*:user\/operator$/) as string;
    expect(told.json).toMatchObject({ outcome: 'succeeded', timings: { approval: expect.any(Number) as number }, approval: { by, reason: 'Seen in the release notes', expiresAt: expect.stringMatching(/^\d{4}-/) as string } });
    expect(told.text).toMatch(/^ {2}approval +█/m);
  });
}

function redrive(result: Result): void {
  it('fails by the wrong token, and succeeds once the secret is mended', () => {
    const { told, said } = result();
    expect(said).toMatch(/Outcome: errored: UnauthorizedError: Argo CD at [^]+\$ aws secretsmanager put-secret-value --secret-id slipway\/argocd [^]+\$ npx slipway redrive inference-service --stage sandbox\n\nRedrove arn:/);
    expect([told.code, Object.keys(told.json)]).toEqual([0, [...SUMMARY, 'redrive']]);
    expect(told.json).toMatchObject({ outcome: 'succeeded', cause: null, pods: [ready(NEW), ready(NEW)], redrive: { failed: { outcome: 'errored', cause: expect.stringContaining('refused our token') as string } } });
  });

  it('shows what the redrive did not do again', () => {
    const { text, json } = result().told;
    expect(json).toMatchObject({ redrive: { skipped: [{ state: 'ResolveRelease', target: null }, { state: 'CommitRelease', target: 'dev/eu' }] } });
    expect(text).toMatch(/Outcome: succeeded\n\nSkipped, since it was done before\n {2}all targets ResolveRelease\n {2}dev\/eu {6}CommitRelease$/);
  });
}

function storm(result: Result): void {
  it('ends with the newest live everywhere, nothing deployed twice or backwards', () => {
    const { told } = result();
    expect(told.code, told.text).toBe(0);
    expect(Object.keys(told.json)).toEqual([...SUMMARY, 'storm']);
    expect(told.json).toMatchObject({ outcome: 'succeeded', storm: { events: { pushes: 45, delivered: 60, lost: 5, repeated: 20 } } });
    const { services } = (told.json as { storm: { services: readonly object[] } }).storm;
    const right = { pushed: expect.arrayContaining(['1.1.0', '1.9.0']) as string[], live: ['1.9.0'], right: true };
    expect(services).toEqual(['inference', 'embedding', 'ranking', 'translation', 'summary'].map((name) => expect.objectContaining({ name: `${name}-service`, ...right }) as object));
    expect(told.text).toMatch(/45 pushes: 5 events lost, 20 repeated, so 60 delivered[^]+executions {2}\d+ \w+[^]+Outcome: the newest is live everywhere/);
  });
}
