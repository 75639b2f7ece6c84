import { InvalidArgumentError } from 'commander';

/** Longest reason that a request by hand may have. */
const LONGEST = 500;

/** A person's reason: it comes to stand in causes, records and terminals, where a second line could pass for something else. */
export function oneLineReason(text: string): string {
  if (text.trim() === '' || text.length > LONGEST || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text)) throw new InvalidArgumentError(`It is one line of at most ${LONGEST} characters.`);
  return text;
}
