import { z } from 'zod';
import type { Iam } from '../iam/iam.ts';
import { type AwsAccount, AwsError, type AwsService } from '../service.ts';
import { parseShape } from '../shape.ts';
import { authenticateEksToken } from './token.ts';

export type Cluster = { readonly name: string; readonly endpoint: string; readonly caPem: string };

/** Lets a role into a cluster. The username is the assumed role with its session, as on EKS where an entry names none. */
export type AccessEntry = { readonly principalArn: string; readonly kubernetesGroups: readonly string[] };

export type KubernetesUser = { readonly username: string; readonly groups: readonly string[] };

export type Eks = {
  readonly service: AwsService;
  addCluster(cluster: Cluster): void;
  addAccessEntry(clusterName: string, entry: AccessEntry): void;
  /** Closes the cluster to a role again. */
  removeAccessEntry(clusterName: string, principalArn: string): void;
  /** Null, the API server's 401, for a token that is refused and for a role without an access entry. */
  kubernetesUser(token: string, clusterName: string): KubernetesUser | null;
};

const DescribeCluster = z.strictObject({ name: z.string() });

/** Clusters by name, and who may enter them. */
export function createEks(account: AwsAccount, iam: Iam, now: () => number = Date.now): Eks {
  const clusters = new Map<string, Cluster>();
  const entries = new Map<string, AccessEntry>();
  const arnOf = (name: string): string => `arn:aws:eks:${account.region}:${account.id}:cluster/${name}`;

  function describe(name: string): object {
    const cluster = clusters.get(name);
    if (cluster === undefined) throw new AwsError('ResourceNotFoundException', `No cluster found for name: ${name}.`, 404);
    const certificateAuthority = { data: Buffer.from(cluster.caPem).toString('base64') };
    return { name, arn: arnOf(name), endpoint: cluster.endpoint, certificateAuthority, status: 'ACTIVE', accessConfig: { authenticationMode: 'API' } };
  }

  const service: AwsService = {
    scope: 'eks',
    operations: {
      DescribeCluster: {
        needs: (input) => [{ action: 'eks:DescribeCluster', resource: arnOf(parseShape(DescribeCluster, input, 'DescribeCluster').name) }],
        run: async (input) => ({ cluster: describe(parseShape(DescribeCluster, input, 'DescribeCluster').name) }),
      },
    },
  };

  return {
    service,
    addCluster: (cluster) => void clusters.set(cluster.name, cluster),
    addAccessEntry(clusterName, entry) {
      describe(clusterName);
      entries.set(`${clusterName} ${entry.principalArn}`, entry);
    },
    removeAccessEntry: (clusterName, principalArn) => void entries.delete(`${clusterName} ${principalArn}`),
    kubernetesUser(token, clusterName) {
      const verdict = authenticateEksToken(token, clusterName, iam, now());
      if ('refused' in verdict) return null;
      const entry = entries.get(`${clusterName} ${verdict.principal.roleArn}`);
      return entry === undefined ? null : { username: verdict.principal.arn, groups: entry.kubernetesGroups };
    },
  };
}
