import { describe, expect, it } from 'vitest';
import { parseSlipwayFile } from '../../../src/config/parse-slipway-file.ts';
import type { Environment } from '../../../src/domain/service.ts';
import { BOUNDS, HEAD } from '../../support/slipway-file.ts';

/** A file whose environments have these lines; the first environment stands in line 12, its settings from line 13 on. */
function fileWith(environments: Readonly<Record<string, readonly string[]>>): string {
  const entries = Object.entries(environments).map(([name, settings]) => {
    const lines = [...settings, 'edit: [{ git: config, file: a.yaml, path: image.tag, value: tag }]', 'targets: { eu: { argocd: main, application: web, project: web, cluster: eu } }'];
    return [`      ${name}:`, ...lines.map((line) => `        ${line}`), ''].join('\n');
  });
  return `${HEAD}    environments:\n${entries.join('')}`;
}

function environmentsOf(text: string): Readonly<Record<string, Environment>> {
  return parseSlipwayFile(text, 'slipway.yaml', BOUNDS).services[0]?.environments ?? {};
}

function problemsOf(text: string): readonly string[] {
  try {
    parseSlipwayFile(text, 'slipway.yaml', BOUNDS);
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace('services.inference-service.environments.', ''));
  }
  return [];
}

describe('the order of environments', () => {
  it('keeps after which environment each one comes', () => {
    const environments = environmentsOf(fileWith({ prod: ['after: staging'], staging: ['after: dev'], dev: [], canary: ['after: dev'] }));
    expect(Object.entries(environments).map(([name, { after }]) => [name, after])).toEqual([
      ['prod', 'staging'],
      ['staging', 'dev'],
      ['dev', undefined],
      ['canary', 'dev'],
    ]);
  });

  it('refuses an environment that comes after none of the service', () => {
    expect(problemsOf(fileWith({ dev: [], prod: ['after: stagging'] }))).toEqual(['slipway.yaml:16: prod.after: stagging is not an environment of this service; there is dev, prod']);
  });

  it('refuses a name that only every object has', () => {
    expect(problemsOf(fileWith({ dev: ['after: constructor'] }))).toEqual(['slipway.yaml:13: dev.after: constructor is not an environment of this service; there is dev']);
  });

  it('refuses a circle once, at its first environment', () => {
    expect(problemsOf(fileWith({ beta: ['after: prod'], dev: ['after: prod'], staging: ['after: dev'], prod: ['after: staging'] }))).toEqual([
      'slipway.yaml:17: dev.after: goes in a circle: dev after prod after staging after dev; one of them comes first',
    ]);
  });

  it('refuses an environment that comes after itself', () => {
    expect(problemsOf(fileWith({ dev: ['after: dev'] }))).toEqual(['slipway.yaml:13: dev.after: goes in a circle: dev after dev; one of them comes first']);
  });
});

describe('the policies of an environment', () => {
  it('asks for no approval, rolls back by hand and supersedes, unless it says otherwise', () => {
    const { dev } = environmentsOf(fileWith({ dev: [] }));
    expect(dev).toMatchObject({ rollback: 'manual', order: { policy: 'supersede', interrupt: false } });
    expect(dev).not.toHaveProperty('approval');
  });

  it.each([
    ['approval: required', 86_400_000],
    ['approval: { timeout: 90m }', 5_400_000],
    ['approval: { timeout: 336h }', 1_209_600_000],
  ])('with %s, a person has %i ms', (line, timeout) => {
    expect(environmentsOf(fileWith({ prod: [line] }))['prod']?.approval).toEqual({ timeout });
  });

  it('keeps what is said of failures and of newer releases', () => {
    const { dev, prod } = environmentsOf(fileWith({ dev: ['rollback: automatic', 'interrupt: true'], prod: ['order: queue', 'interrupt: false'] }));
    expect(dev).toMatchObject({ rollback: 'automatic', order: { policy: 'supersede', interrupt: true } });
    expect(prod).toMatchObject({ rollback: 'manual', order: { policy: 'queue', interrupt: false } });
  });

  it.each([
    ['approval: optional', 'approval: is required, or a mapping with a timeout of 1s to 336h'],
    ['approval: true', 'approval: is required, or a mapping with a timeout of 1s to 336h'],
    ['approval: {}', 'approval: is required, or a mapping with a timeout of 1s to 336h'],
    ['approval: { timeout: soon }', 'approval.timeout: is a duration as 90s, 10m or 1h'],
    ['approval: { timeout: 337h }', 'approval.timeout: is at most 336h'],
    ['approval: { timeout: 1ms }', 'approval.timeout: is at least 1s'],
    ['approval: { timeout: 1h, by: ann }', 'approval.by: is not a key that slipway knows here'],
    ['rollback: auto', 'rollback: is one of automatic, manual'],
    ['order: fifo', 'order: is one of supersede, queue'],
    ['interrupt: yes please', 'interrupt: is true or false, not text'],
  ])('refuses %s', (line, problem) => {
    expect(problemsOf(fileWith({ prod: [line] }))).toEqual([`slipway.yaml:13: prod.${problem}`]);
  });

  it('refuses an interruption of what waits its turn', () => {
    expect(problemsOf(fileWith({ prod: ['order: queue', 'interrupt: true'] }))).toEqual(['slipway.yaml:14: prod.interrupt: needs order: supersede; with queue, nothing is interrupted']);
  });
});
