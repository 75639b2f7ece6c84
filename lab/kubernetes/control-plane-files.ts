import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type CertificateAuthority, issueServerCertificate } from '../../sandbox/tls.ts';

/** Files that the processes of one control plane share. */
export type ControlPlaneFiles = {
  readonly folder: string;
  readonly authority: string;
  readonly apiServer: { readonly certificate: string; readonly key: string };
  readonly eksAuthenticator: { readonly certificate: string; readonly key: string; readonly kubeconfig: string };
  /** Signs and checks the tokens of service accounts. */
  readonly serviceAccounts: { readonly publicKey: string; readonly privateKey: string };
  readonly tokens: string;
  readonly kubeconfigs: { readonly administrator: string; readonly controllerManager: string; readonly scheduler: string };
};

export type ControlPlaneAddresses = { readonly apiServer: string; readonly eksAuthenticator: string };

type Identity = { readonly token: string; readonly user: string; readonly group: string };

/** Makes keys, certificates, tokens and kubeconfigs in the folder. */
export async function writeControlPlaneFiles(
  folder: string,
  authority: CertificateAuthority,
  urls: ControlPlaneAddresses,
): Promise<{ readonly files: ControlPlaneFiles; readonly administratorToken: string }> {
  await mkdir(folder, { mode: 0o700 });
  const files = filesIn(folder);
  const administrator = identity('lab-administrator', 'system:masters');
  const controllerManager = identity('system:kube-controller-manager', 'system:kube-controller-manager');
  const scheduler = identity('system:kube-scheduler', 'system:kube-scheduler');
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  const [apiServer, authenticator] = await Promise.all([issueServerCertificate(authority, 'kube-apiserver'), issueServerCertificate(authority, 'eks-authenticator')]);
  const kubeconfig = ({ token }: Identity): string => kubeconfigText(urls.apiServer, authority.certPem, token);
  const contents: Readonly<Record<string, string>> = {
    [files.authority]: authority.certPem,
    [files.apiServer.certificate]: apiServer.certPem,
    [files.apiServer.key]: apiServer.keyPem,
    [files.eksAuthenticator.certificate]: authenticator.certPem,
    [files.eksAuthenticator.key]: authenticator.keyPem,
    [files.eksAuthenticator.kubeconfig]: kubeconfigText(urls.eksAuthenticator, authority.certPem),
    [files.serviceAccounts.publicKey]: keys.publicKey,
    [files.serviceAccounts.privateKey]: keys.privateKey,
    [files.tokens]: [administrator, controllerManager, scheduler].map(({ token, user, group }, index) => `${token},${user},${index},"${group}"\n`).join(''),
    [files.kubeconfigs.administrator]: kubeconfig(administrator),
    [files.kubeconfigs.controllerManager]: kubeconfig(controllerManager),
    [files.kubeconfigs.scheduler]: kubeconfig(scheduler),
  };
  await Promise.all(Object.entries(contents).map(([file, text]) => writeFile(file, text, { mode: 0o600 })));
  return { files, administratorToken: administrator.token };
}

function filesIn(folder: string): ControlPlaneFiles {
  const at = (name: string): string => join(folder, name);
  return {
    folder,
    authority: at('authority.crt'),
    apiServer: { certificate: at('kube-apiserver.crt'), key: at('kube-apiserver.key') },
    eksAuthenticator: { certificate: at('eks-authenticator.crt'), key: at('eks-authenticator.key'), kubeconfig: at('eks-authenticator.kubeconfig') },
    serviceAccounts: { publicKey: at('service-accounts.pub'), privateKey: at('service-accounts.key') },
    tokens: at('tokens.csv'),
    kubeconfigs: { administrator: at('kubeconfig'), controllerManager: at('kube-controller-manager.kubeconfig'), scheduler: at('kube-scheduler.kubeconfig') },
  };
}

function identity(user: string, group: string): Identity {
  return { token: randomBytes(24).toString('hex'), user, group };
}

/** Without a token: for a webhook that takes whoever calls it. */
function kubeconfigText(server: string, caPem: string, token?: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'lab',
    clusters: [{ name: 'lab', cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } }],
    users: [{ name: 'lab', user: token === undefined ? {} : { token } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'lab' } }],
  });
}
