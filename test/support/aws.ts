import { startEndpoint } from '../../sandbox/aws/endpoint.ts';
import { createIam, type Iam } from '../../sandbox/aws/iam/iam.ts';
import type { AwsAccount, AwsService } from '../../sandbox/aws/service.ts';
import { aRole } from '../sandbox/aws/a-role.ts';

export const ACCOUNT: AwsAccount = { id: '111122223333', region: 'eu-central-1' };

/** What a client of the AWS SDK is built with. */
export type ClientConfig = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  readonly maxAttempts: number;
};

export type TestAws = {
  /** For what asks it besides the endpoint. */
  readonly iam: Iam;
  /** For a client that may do everything. */
  readonly administrator: ClientConfig;
  /** For a client that may do these actions and no others, as a function's role. */
  only(...actions: readonly string[]): ClientConfig;
  close(): Promise<void>;
};

/** The sandbox's endpoint with the services under test behind it. */
export async function startAws(...services: readonly AwsService[]): Promise<TestAws> {
  const iam = createIam(ACCOUNT);
  const endpoint = await startEndpoint({ account: ACCOUNT, iam });
  for (const service of services) endpoint.add(service);
  const client = (credentials: ClientConfig['credentials']): ClientConfig => ({ endpoint: endpoint.url, region: ACCOUNT.region, credentials, maxAttempts: 1 });
  let roles = 0;
  return {
    iam,
    administrator: client(iam.createAdministrator('admin')),
    only(...actions) {
      const { arn } = iam.createRole(aRole({ name: `role-${++roles}`, actions }));
      return client(iam.credentialsFor(arn, 'lambda.amazonaws.com', 'test'));
    },
    close: () => endpoint.close(),
  };
}
