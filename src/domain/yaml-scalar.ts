/** How a scalar is written in a YAML file. Block scalars are not written. */
export type ScalarStyle = 'plain' | 'single-quoted' | 'double-quoted';

/** Characters that mean nothing to YAML, except some of them at the beginning and a colon at the end. */
const UNQUOTED = /^[A-Za-z0-9_/](?:[A-Za-z0-9_./@+:-]*[A-Za-z0-9_./@+-])?$/;

/**
 * What YAML 1.1, YAML 1.2 or Go's reader (hence Helm) takes for something else than a string: booleans and null; decimal numbers,
 * base 60 and a bare exponent included; numbers with a base; dates.
 */
const NOT_STRINGS = [
  /^(?:y|n|yes|no|on|off|true|false|null)$/i,
  /^[0-9][0-9_]*(?::[0-9_]+)*\.?[0-9_]*(?:[eE][-+]?[0-9_]*)?$/,
  /^[eE][-+]?[0-9]+$/,
  /^0[xXoObB][0-9a-fA-F_]*$/,
  /^[0-9]{4}-[0-9]/,
];

/** Neither printable in YAML nor free of meaning: controls, line breaks of YAML 1.1, byte order marks, halves of surrogate pairs. */
const NEEDS_ESCAPE = /[\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;
const ESCAPABLE = new RegExp(NEEDS_ESCAPE, 'gu');

/** Writes a string in the style given, or in the nearest one in which every reader sees this very string. */
export function formatScalar(value: string, style: ScalarStyle, inFlow: boolean): string {
  if (NEEDS_ESCAPE.test(value)) return doubleQuoted(value);
  if (style === 'single-quoted') return `'${value.replaceAll("'", "''")}'`;
  // libyaml and Go's reader before v3 refuse a colon in a plain scalar between braces.
  if (style === 'plain' && isPlainString(value) && !(inFlow && value.includes(':'))) return value;
  return doubleQuoted(value);
}

/** Whether every reader takes the text, written without quotes, for this very string. */
export function isPlainString(text: string): boolean {
  return UNQUOTED.test(text) && !NOT_STRINGS.some((pattern) => pattern.test(text));
}

/** JSON's escapes are YAML's; what JSON leaves as it is and YAML does not print is escaped too. */
function doubleQuoted(value: string): string {
  return JSON.stringify(value).replace(ESCAPABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
