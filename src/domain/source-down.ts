/** In Go's and gRPC's words. A revision that does not exist or cannot be rendered never says so. */
const SOURCE_DOWN = /code = Unavailable|dial tcp|connection re(fused|set)|i\/o timeout|status code: 5\d\d/;

/** Whether Argo CD says that it could not reach its repo-server, or that not the Git host: it may go on by itself. */
export function isSourceDown(message: string): boolean {
  return SOURCE_DOWN.test(message);
}
