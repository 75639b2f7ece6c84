/** Colours and cursor movements of a terminal. */
const TERMINAL_SEQUENCE = /\u001b\[[0-9;?]*[ -/]*[@-~]/g;

/**
 * Words of another system on one line, without what could steer a terminal or forge a line of a log.
 *
 * @param limit characters after which it is cut
 */
export function oneLine(text: string, limit = 400): string {
  const line = text.replace(TERMINAL_SEQUENCE, '').replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}
