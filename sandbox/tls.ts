import { generate } from 'selfsigned';

/** Who signs the certificates of the sandbox's TLS servers. Made at start, so nothing is trusted longer than one run. */
export type CertificateAuthority = { readonly certPem: string; readonly keyPem: string };

export type ServerCertificate = { readonly certPem: string; readonly keyPem: string };

export async function createCertificateAuthority(commonName: string): Promise<CertificateAuthority> {
  const pems = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { certPem: pems.cert, keyPem: pems.private };
}

/** A certificate for 127.0.0.1, the one address that the sandbox listens on. */
export async function issueServerCertificate(authority: CertificateAuthority, commonName: string): Promise<ServerCertificate> {
  const pems = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: authority.keyPem, cert: authority.certPem },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { certPem: pems.cert, keyPem: pems.private };
}
