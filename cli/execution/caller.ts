import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { callAws } from '../../src/adapters/aws/errors.ts';

/** Most that a request may say of who made it. */
const LONGEST = 200;

/** ARN of whoever runs the command: AWS's word on who asked, where a user name would be the terminal's. */
export async function callerArn(client: STSClient = new STSClient({})): Promise<string> {
  const { Arn = '' } = await callAws({ doing: 'ask AWS who is calling', needs: 'sts:GetCallerIdentity' }, () => client.send(new GetCallerIdentityCommand({})));
  return Arn.slice(0, LONGEST);
}
