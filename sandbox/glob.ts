/** `*` matches any run of characters, colons and slashes included, and `?` one: as in IAM's policies and in Argo CD's RBAC. */
export function globMatches(pattern: string, text: string): boolean {
  const expression = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}
