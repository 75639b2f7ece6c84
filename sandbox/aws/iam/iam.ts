import { randomBytes } from 'node:crypto';
import { type AwsAccount, AwsError, type Need, type Principal } from '../service.ts';
import { decide, parseIdentityPolicy, parseTrustPolicy, type IdentityPolicy, type ServicePrincipal, type TrustPolicy, trusts } from './policy.ts';

export type Credentials = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };

/** Who an access key belongs to, and the secret that its signatures are checked with. */
export type Signer = { readonly credentials: Credentials; readonly principal: Principal };

export type NamedPolicy = { readonly name: string; readonly document: unknown };

export type RoleDefinition = { readonly name: string; readonly trust: unknown; readonly policies: readonly NamedPolicy[] };

export type Role = { readonly arn: string; readonly roleId: string };

export type Iam = {
  /** @throws AwsError for a policy that the sandbox cannot evaluate */
  createRole(role: RoleDefinition): Role;
  /** What a role may do. */
  policiesOf(roleName: string): readonly NamedPolicy[];
  /** Replaces what a role may do, as somebody does who edits its policies while it is in use. @throws AwsError for a policy that the sandbox cannot evaluate */
  setPolicies(roleName: string, policies: readonly NamedPolicy[]): void;
  /** What each role may do now, by its name. */
  rolePolicies(): ReadonlyMap<string, readonly NamedPolicy[]>;
  /** A user who may do everything, for the person at the terminal. */
  createAdministrator(name: string): Credentials;
  /** The role as a service holds it. @throws AwsError when there is no such role or its trust policy leaves the service out */
  assumeRole(roleArn: string, service: ServicePrincipal, session: string): Principal;
  /** New access keys of the assumed role, as a function's worker gets them. */
  credentialsFor(roleArn: string, service: ServicePrincipal, session: string): Credentials;
  /** Null for an access key that was never given out. */
  signer(accessKeyId: string): Signer | null;
  allows(caller: Principal, need: Need): boolean;
  /** @throws AwsError `AccessDeniedException` in AWS's words */
  authorize(caller: Principal, need: Need): void;
};

const ADMINISTRATOR = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

type KnownRole = Role & { readonly name: string; readonly trust: TrustPolicy };

/** Roles, their policies and the access keys given out. Access keys do not expire while the sandbox runs. */
export function createIam(account: AwsAccount): Iam {
  const roles = new Map<string, KnownRole>();
  const policiesByRole = new Map<string, readonly NamedPolicy[]>();
  const policies = new Map<string, readonly IdentityPolicy[]>();
  const signers = new Map<string, Signer>();

  function createRole({ name, trust, policies: named }: RoleDefinition): Role {
    const arn = `arn:aws:iam::${account.id}:role/${name}`;
    if (roles.has(arn)) throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409);
    const role = { arn, name, roleId: uniqueId('AROA'), trust: parseTrustPolicy(trust, `Role ${name}, trust policy`) };
    setPolicies(name, named);
    roles.set(arn, role);
    return role;
  }

  function setPolicies(roleName: string, named: readonly NamedPolicy[]): void {
    const documents = named.map((policy) => parseIdentityPolicy(policy.document, `Role ${roleName}, policy ${policy.name}`));
    policies.set(`arn:aws:iam::${account.id}:role/${roleName}`, documents);
    policiesByRole.set(roleName, named);
  }

  function createAdministrator(name: string): Credentials {
    const arn = `arn:aws:iam::${account.id}:user/${name}`;
    policies.set(arn, [parseIdentityPolicy(ADMINISTRATOR, `User ${name}`)]);
    return give({ accessKeyId: uniqueId('AKIA'), secretAccessKey: secret(30) }, { arn, roleArn: arn, userId: uniqueId('AIDA') });
  }

  function assumeRole(roleArn: string, service: ServicePrincipal, session: string): Principal {
    const role = roles.get(roleArn);
    if (role === undefined || !trusts(role.trust, service, { 'aws:SourceAccount': account.id })) throw notTrusted(roleArn, service, role !== undefined);
    return { arn: `arn:aws:sts::${account.id}:assumed-role/${role.name}/${session}`, roleArn, userId: `${role.roleId}:${session}` };
  }

  function give(credentials: Credentials, principal: Principal): Credentials {
    signers.set(credentials.accessKeyId, { credentials, principal });
    return credentials;
  }

  return {
    createRole,
    policiesOf: (roleName) => policiesByRole.get(roleName) ?? [],
    setPolicies,
    rolePolicies: () => new Map(policiesByRole),
    createAdministrator,
    assumeRole,
    credentialsFor(roleArn, service, session) {
      const keys = { accessKeyId: uniqueId('ASIA'), secretAccessKey: secret(30), sessionToken: secret(240) };
      return give(keys, assumeRole(roleArn, service, session));
    },
    signer: (accessKeyId) => signers.get(accessKeyId) ?? null,
    allows: (caller, need) => decide(policies.get(caller.roleArn) ?? [], need) === 'allowed',
    authorize(caller, need) {
      const decision = decide(policies.get(caller.roleArn) ?? [], need);
      if (decision !== 'allowed') throw new AwsError('AccessDeniedException', refusal(caller, need, decision === 'denied'), 403);
    },
  };
}

function notTrusted(roleArn: string, service: ServicePrincipal, exists: boolean): AwsError {
  const reason = exists ? 'its trust policy does not allow the service' : 'the role does not exist';
  return new AwsError('AccessDeniedException', `${service} is not authorized to assume role ${roleArn} because ${reason}`, 403);
}

function refusal(caller: Principal, { action, resource }: Need, explicit: boolean): string {
  const because = explicit ? 'with an explicit deny in an identity-based policy' : `because no identity-based policy allows the ${action} action`;
  return `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
}

/** An IAM identifier: its prefix names what it belongs to, 16 characters of base32 follow. */
function uniqueId(prefix: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return prefix + Array.from(randomBytes(16), (byte) => alphabet.charAt(byte % 32)).join('');
}

function secret(bytes: number): string {
  return randomBytes(bytes).toString('base64');
}
