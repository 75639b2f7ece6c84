import { describe, expect, it } from 'vitest';
import { parseSlipwayFile } from '../../../src/config/parse-slipway-file.ts';
import { editsOf } from '../../../src/domain/target-edits.ts';
import { BOUNDS, HEAD } from '../../support/slipway-file.ts';

const editOf = (file: string, path = 'image.tag') => `edit: [{ git: config, file: ${file}, path: '${path}', value: tag }]`;
const target = (edit = '') => `{ argocd: main, application: web, project: web, cluster: eu${edit === '' ? '' : `, ${edit}`} }`;

/** A file whose one environment has these lines, the first of them in line 13. */
function fileWith(...lines: readonly string[]): string {
  return `${HEAD}    environments:\n      prod:\n${lines.map((line) => `        ${line}\n`).join('')}`;
}

function problemsOf(text: string): readonly string[] {
  try {
    parseSlipwayFile(text, 'slipway.yaml', BOUNDS);
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace('services.inference-service.environments.', ''));
  }
  return [];
}

/** File and path of each edit, by target. */
function editedBy(text: string): object {
  const environment = parseSlipwayFile(text, 'slipway.yaml', BOUNDS).services[0]?.environments['prod'];
  if (environment === undefined) return {};
  return Object.fromEntries(Object.entries(environment.targets).map(([name, one]) => [name, editsOf(environment, one).map(({ file, path }) => `${path} of ${file}`)]));
}

describe('the edits of a target', () => {
  it('replace those of its environment', () => {
    const text = fileWith(editOf('all.yaml'), 'targets:', `  eu: ${target()}`, `  us: ${target(editOf('us.yaml', 'us.tag'))}`);
    expect(editedBy(text)).toEqual({ eu: ['image.tag of all.yaml'], us: ['us.tag of us.yaml'] });
  });

  it('are enough where each target has its own', () => {
    const text = fileWith('targets:', `  eu: ${target(editOf('eu.yaml'))}`, `  us: ${target(editOf('us.yaml'))}`);
    expect(editedBy(text)).toEqual({ eu: ['image.tag of eu.yaml'], us: ['image.tag of us.yaml'] });
  });

  it.each([
    ['without any', [target(), target()], 'prod.edit: is missing, and eu and us have none of their own'],
    ['without one', [target(editOf('eu.yaml')), target()], 'prod.edit: is missing, and us has none of its own'],
  ])('are missed in an environment %s', (_, [eu, us], problem) => {
    expect(problemsOf(fileWith('targets:', `  eu: ${eu}`, `  us: ${us}`))).toEqual([`slipway.yaml:12: ${problem}`]);
  });

  it.each([
    ['a repository that is not there', editOf('eu.yaml').replace('git: config', 'git: other'), 'prod.targets.eu.edit.0.git: other is not under git; there is config'],
    ['a path that leads out', editOf('../eu.yaml'), 'prod.targets.eu.edit.0.file: is a path inside the repository, without . and ..'],
    ['a path that is none', editOf('eu.yaml', 'image..tag'), 'prod.targets.eu.edit.0.path: is a path as image.tag, images[0].newTag or images[name=web].newTag'],
    ['an empty list', 'edit: []', 'prod.targets.eu.edit: has at least 1 in its list'],
  ])('are refused with %s', (_, edit, problem) => {
    expect(problemsOf(fileWith('targets:', `  eu: ${target(edit)}`))).toEqual([`slipway.yaml:14: ${problem}`]);
  });
});

describe('targets that share a scalar', () => {
  const shared = (...policies: readonly string[]) => fileWith(...policies, editOf('prod.yaml'), 'targets:', `  eu: ${target()}`, `  us: ${target()}`);
  const FIX = 'but eu and us share image.tag of prod.yaml; give each target an `edit` of its own';

  it.each([
    ['approval: required', 'prod.approval: is given for one target'],
    ['approval: { timeout: 8h }', 'prod.approval: is given for one target'],
    ['rollback: automatic', 'prod.rollback: takes one target back'],
    ['order: queue', 'prod.order: lets a release wait for the one before at its target'],
  ])('are refused with %s, which is decided target by target', (line, problem) => {
    expect(problemsOf(shared(line))).toEqual([`slipway.yaml:13: ${problem}, ${FIX}`]);
  });

  it('are refused for each of them at once', () => {
    expect(problemsOf(shared('order: queue', 'approval: required', 'rollback: automatic')).map((line) => line.split(': ')[0])).toEqual(['slipway.yaml:14', 'slipway.yaml:15', 'slipway.yaml:13']);
  });

  it('are allowed where nothing of this is asked for', () => {
    expect(problemsOf(shared('rollback: manual', 'order: supersede'))).toEqual([]);
  });

  it.each([
    ['approval: required', editOf('us.yaml')],
    ['rollback: automatic', editOf('prod.yaml', 'us.tag')],
    ['order: queue', editOf('us.yaml')],
  ])('are not what targets with edits of their own are: %s', (line, edit) => {
    expect(problemsOf(fileWith(line, editOf('prod.yaml'), 'targets:', `  eu: ${target()}`, `  us: ${target(edit)}`))).toEqual([]);
  });

  it('are found by another spelling of the path', () => {
    expect(problemsOf(fileWith('approval: required', editOf('prod.yaml'), 'targets:', `  eu: ${target()}`, `  us: ${target(editOf('prod.yaml', '["image"].tag'))}`))).toHaveLength(1);
  });
});
