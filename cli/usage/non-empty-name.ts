import { InvalidArgumentError } from 'commander';

/** A name that is one: a shell passes a variable that it does not know as an empty text, and that would mean everything. */
export function nonEmptyName(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is a name, not empty.');
  return text;
}
