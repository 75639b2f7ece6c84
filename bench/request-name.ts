import type { IncomingMessage } from 'node:http';

/** `table` is the database engine inside the sandbox's AWS: each DynamoDB call causes one request to it. */
export type ServerName = 'aws' | 'git' | 'argocd' | 'kubernetes' | 'table';

type Named = { readonly name: string; readonly isWatch: boolean };

/** What a request asks for, without the names of objects. */
export function requestName(server: ServerName, { method = '', url = '', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): Named {
  const { pathname, searchParams } = new URL(url, 'http://loopback');
  const last = pathname.split('/').at(-1) ?? '';
  const operation = String(headers['x-amz-target'] ?? `${method} ${pathname.split('/')[1]}`).replace(/^.*\./, '');
  switch (server) {
    case 'aws':
    case 'table':
      return { name: operation, isWatch: false };
    case 'git':
      return { name: `${method} ${last}`, isWatch: false };
    case 'argocd':
      return { name: `${method} ${argoCdResource(pathname)}${searchParams.has('refresh') ? ' with refresh' : ''}`, isWatch: pathname.includes('/stream/') };
    case 'kubernetes':
      return { name: `${searchParams.has('watch') ? 'watch' : 'list'} ${last}`, isWatch: searchParams.has('watch') };
  }
}

/** `/api/v1/applications/NAME/resource-tree` is `applications/…/resource-tree`. */
function argoCdResource(pathname: string): string {
  const [first = '', second, ...rest] = pathname.replace('/api/v1/', '').split('/');
  if (first === 'account') return second ?? first;
  if (first === 'stream') return `${first}/${second}`;
  return [first, ...(second === undefined ? [] : ['…']), ...rest].join('/');
}
