import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import * as z from 'zod/mini';
import type { Instant } from '../../domain/instant.ts';
import type { EksCluster } from '../../domain/service.ts';
import { readAnswer } from '../aws/answer.ts';
import { callAws } from '../aws/errors.ts';
import type { ClusterAccess, ClusterEndpoint } from '../kubernetes/open-cluster.ts';
import { eksToken } from './eks-token.ts';

export type EksAccessOptions = {
  /** A client for a region; its credentials also sign the tokens. */
  readonly client: (region: string) => EKSClient;
  readonly now: () => Instant;
};

const DEFAULTS: EksAccessOptions = { client: (region) => new EKSClient({ region }), now: () => new Date().toISOString() };

const ClusterSchema = z.object({ cluster: z.object({ endpoint: z.string(), certificateAuthority: z.object({ data: z.string() }) }) });

/** Enters EKS clusters as the IAM role that this process runs as. Endpoints and CAs hardly change: they are looked up once. */
export function createEksAccess({ client, now }: EksAccessOptions = DEFAULTS): ClusterAccess {
  const clients = new Map<string, EKSClient>();
  const endpoints = new Map<string, Promise<ClusterEndpoint>>();

  function clientOf(region: string): EKSClient {
    const known = clients.get(region) ?? client(region);
    clients.set(region, known);
    return known;
  }

  return {
    endpoint(cluster) {
      const key = `${cluster.region}/${cluster.name}`;
      const known = endpoints.get(key) ?? describe(clientOf(cluster.region), cluster);
      endpoints.set(key, known);
      // A failure is not kept: the next attempt asks again.
      known.catch(() => endpoints.delete(key));
      return known;
    },
    token: ({ name, region }) => eksToken({ cluster: name, region, credentials: clientOf(region).config.credentials, now: now() }),
  };
}

async function describe(client: EKSClient, { name, region }: EksCluster): Promise<ClusterEndpoint> {
  const action = {
    doing: `describe EKS cluster ${name} in ${region}`,
    needs: 'eks:DescribeCluster',
    ifMissing: "set the target's cluster to the name and the region of an EKS cluster",
  };
  const answer = await callAws(action, () => client.send(new DescribeClusterCommand({ name })));
  const { endpoint, certificateAuthority } = readAnswer(ClusterSchema, answer, `EKS cluster ${name}`).cluster;
  return { server: endpoint, ca: Buffer.from(certificateAuthority.data, 'base64').toString('utf8') };
}
