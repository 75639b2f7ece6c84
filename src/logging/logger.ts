import { Logger } from '@aws-lambda-powertools/logger';
import { MESSAGES, type MessageCode } from './messages.ts';

const powertools = new Logger({ serviceName: 'slipway' });

/** Facts that go with a message. No secret, no event and no environment is ever among them. */
export type LogFacts = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Facts that every message of this invocation carries. */
export function logContext(facts: LogFacts): void {
  powertools.resetKeys();
  powertools.appendKeys({ ...facts });
}

export function logInfo(code: MessageCode, facts: LogFacts = {}): void {
  powertools.info({ message: MESSAGES[code], code, ...facts });
}

export function logError(code: MessageCode, facts: LogFacts = {}): void {
  powertools.error({ message: MESSAGES[code], code, ...facts });
}
