import { beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_POLICY, type Environment, type Service } from '../../src/domain/service.ts';
import type { ServiceStore } from '../../src/ports/deployment-store.ts';

/** A service that uses every member there is, so that none is lost on its way through a store. */
export function aWholeService(overrides: Partial<Service> = {}): Service {
  const commit = { subject: '{tag}', body: '', author: { name: 'CI', email: 'ci@example.com' }, committer: { name: 'CD', email: 'cd@example.com' }, signingKey: 'slipway/signing' };
  const git = { host: 'git', url: 'https://git.example.com/team/config.git', branch: 'main', credentials: 'slipway/git', caBundle: 'CA', aliases: ['git@git.example.com:team/config.git'], commit } as const;
  const target = {
    argocd: { url: 'https://argocd.example.com', token: 'slipway/argocd', caBundle: 'CA' },
    application: { name: 'inference-dev', project: 'inference', namespace: 'team' },
    cluster: { name: 'dev', region: 'eu-central-1' },
    image: 'mirror.example.com/inference-service',
    workloads: ['web'],
    smoke: { url: 'https://inference.example.com/ready', status: 200 },
  };
  const edits = [{ git, file: 'envs/dev/values.yaml', path: 'image.tag', value: 'tag' }, { git, file: 'envs/dev/values.yaml', path: 'image.pinned', value: { literal: 'yes' }, create: true }] as const;
  const environment: Environment = { rollback: 'manual', order: { policy: 'supersede', interrupt: true }, edits, policy: DEFAULT_POLICY, targets: { eu: target, us: { ...target, edits: [{ git, file: 'envs/us.yaml', path: 'image', value: 'repository:tag@digest' }] } } };
  return {
    name: 'inference-service',
    owner: 'team-inference',
    repository: { registry: '111122223333.dkr.ecr.eu-central-1.amazonaws.com', name: 'inference-service' },
    ignoredTags: ['latest'],
    environments: { dev: environment, prod: { ...environment, after: 'dev', approval: { timeout: 3_600_000 }, rollback: 'automatic', order: { policy: 'queue', interrupt: false } } },
    ...overrides,
  };
}

export function serviceStoreContract(name: string, open: () => ServiceStore): void {
  describe(`ServiceStore: ${name}`, () => {
    let store: ServiceStore;
    let owner: string;
    let opened = 0;
    beforeEach(() => {
      store = open();
      owner = `team-${++opened}`;
    });

    const service = (name: string, overrides: Partial<Service> = {}): Service => aWholeService({ name, owner, repository: repository(name), ...overrides });
    const repository = (name: string): Service['repository'] => ({ registry: '111122223333.dkr.ecr.eu-central-1.amazonaws.com', name: `${owner}/${name}` });

    it('gives back a service as it was put', async () => {
      await store.put(service('one'));
      expect(await store.service('one')).toEqual(service('one'));
    });

    it('answers null for a service that nobody applied', async () => {
      expect(await store.service('nobody')).toBeNull();
    });

    it('finds the services of a repository and those of an owner, by name', async () => {
      const shared = repository('shared');
      await store.put(service('two', { repository: shared }));
      await store.put(service('one', { repository: shared }));
      await store.put(service('three'));
      expect((await store.servicesOf(shared)).map(({ name }) => name)).toEqual(['one', 'two']);
      expect((await store.ownedBy(owner)).map(({ name }) => name)).toEqual(['one', 'three', 'two']);
    });

    it('finds no service for a repository and an owner that nobody named', async () => {
      expect(await store.servicesOf(repository('unknown'))).toEqual([]);
      expect(await store.ownedBy('team-unknown')).toEqual([]);
    });

    it('finds a service that changed its repository and owner under the new ones only', async () => {
      await store.put(service('one'));
      const moved = service('one', { repository: repository('other'), owner: `${owner}-new` });
      await store.put(moved);
      expect(await store.servicesOf(repository('one'))).toEqual([]);
      expect(await store.ownedBy(owner)).toEqual([]);
      expect(await store.servicesOf(repository('other'))).toEqual([moved]);
      expect(await store.ownedBy(`${owner}-new`)).toEqual([moved]);
    });

    it('forgets a service that was removed', async () => {
      await store.put(service('one'));
      await store.remove(service('one'));
      expect(await store.service('one')).toBeNull();
      expect(await store.servicesOf(repository('one'))).toEqual([]);
      expect(await store.ownedBy(owner)).toEqual([]);
    });
  });
}
