import { createServer } from 'node:http';
import { env } from 'node:process';

// The smallest service that can be rolled out: alive from the start, ready once it listens, and able to say which version it is.
let ready = false;
const server = createServer((request, response) => {
  if (request.url === '/health') response.end('ok\n');
  else if (request.url === '/ready') response.writeHead(ready ? 200 : 503).end(ready ? 'ready\n' : 'not ready\n');
  else if (request.url === '/version') response.setHeader('content-type', 'application/json').end(`${JSON.stringify({ version: env['VERSION'] ?? 'unknown' })}\n`);
  else response.writeHead(404).end('not found\n');
});

server.listen(Number(env['PORT'] ?? 8080), () => {
  ready = true;
  process.stdout.write(`${JSON.stringify({ message: 'listening', ...Object(server.address()) })}\n`);
});

// Kubernetes stops a pod with SIGTERM: requests under way are answered, new ones are not taken.
process.on('SIGTERM', () => {
  ready = false;
  server.close();
});
