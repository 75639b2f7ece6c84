/** Comma-separated, without doubles; all there are for a flag that was not given. */
export function list<Value>(given: string | undefined, all: readonly Value[], read: (text: string) => Value): readonly Value[] {
  return given === undefined ? all : [...new Set(given.split(',').map(read))];
}

/** @throws naming the flag */
export function counting(flag: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${flag} takes whole numbers above 0, not ${JSON.stringify(text)}.`);
}

/** @throws naming the flag and what it takes */
export function oneOf<Word extends string>(flag: string, text: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new Error(`${flag} takes ${words.join(' or ')}, not ${JSON.stringify(text)}.`);
}
