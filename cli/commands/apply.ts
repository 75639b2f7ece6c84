import { readFile } from 'node:fs/promises';
import { createOpenArgoCd } from '../../src/adapters/argocd/argo-cd.ts';
import { openStores } from '../../src/adapters/dynamodb/open-stores.ts';
import { createOpenGitHost } from '../../src/adapters/git-hosts/open-git-host.ts';
import { createOpenPullRequests } from '../../src/adapters/git-hosts/open-pull-requests.ts';
import { createSecrets } from '../../src/adapters/secrets/secrets.ts';
import { type AppliedFile, parseSlipwayFile } from '../../src/config/parse-slipway-file.ts';
import { ConfigurationError, NotFoundError } from '../../src/domain/errors.ts';
import type { ServiceStore } from '../../src/ports/deployment-store.ts';
import { checkTargets } from '../apply/check-targets.ts';
import { planApply, type ServiceChange } from '../apply/plan.ts';
import { EXIT } from '../exit.ts';
import { findStack } from '../stack.ts';

export type ApplyOptions = { readonly stage: string; readonly prune?: boolean; readonly check: boolean; readonly json?: boolean };

/** `slipway apply`: checks what a deployment will need, writes, and shows what changed. Applying the same file again changes nothing. */
export async function apply(file: string, options: ApplyOptions): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new NotFoundError(`There is no file ${file} that can be read; name the one to apply, or write slipway.yaml.`);
  });
  const changes = await applyText(text, file, options);
  console.log(options.json === true ? JSON.stringify({ services: changes.map(({ change, service }) => ({ name: service.name, change })) }) : changes.map(describe).join('\n'));
  return EXIT.succeeded;
}

/** Applies the text of a file and returns what it changed. @throws ConfigurationError when something in it can't work; nothing is written then */
export async function applyText(text: string, file: string, options: ApplyOptions): Promise<readonly ServiceChange[]> {
  const stack = await findStack(options.stage);
  const applied = parseSlipwayFile(text, file, stack);
  const { services } = openStores(stack.tableName);
  const changes = planApply(applied.owner, applied.services, await storedServices(services, applied), options.prune ?? false);
  if (options.check) await refuseWhatCannotWork(changes);
  for (const service of writtenServices(changes)) await services.put(service);
  for (const { change, service } of changes) if (change === 'removed') await services.remove(service);
  return changes;
}

async function storedServices(store: ServiceStore, { owner, services }: AppliedFile) {
  const named = await Promise.all(services.map(({ name }) => store.service(name)));
  return { named: named.filter((service) => service !== null), owned: await store.ownedBy(owner) };
}

/** The refusal comes with the diff: what was asked for is half of why it can't work. */
async function refuseWhatCannotWork(changes: readonly ServiceChange[]): Promise<void> {
  const secrets = createSecrets();
  const problems = await checkTargets(writtenServices(changes), { git: createOpenGitHost({ secrets }), pullRequests: createOpenPullRequests({ secrets }), argocd: createOpenArgoCd({ secrets }) });
  if (problems.length > 0) throw new ConfigurationError(`${changes.map(describe).join('\n')}\n${problems.join('\n')}\nNothing was written; correct this, or leave the checks out with --no-check.`);
}

function writtenServices(changes: readonly ServiceChange[]) {
  return changes.filter(({ change }) => change === 'added' || change === 'changed').map(({ service }) => service);
}

function describe({ change, service, lines }: ServiceChange): string {
  return [`${service.name}: ${change}`, ...lines.map((line) => `  ${line}`)].join('\n');
}
