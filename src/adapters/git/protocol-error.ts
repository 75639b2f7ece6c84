/** An answer that breaks Git's protocol or its formats: cut, corrupt or hostile. `understand` names the server and makes it a domain error. */
export class GitProtocolError extends Error {
  override readonly name = 'GitProtocolError';
}
