/** A JSON value: all that flows through a state machine. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };

/** Throws a SyntaxError when `text` is not JSON. */
export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}

/** What is left of a value after a trip over the wire: no undefined members, no functions, no hidden array properties. */
export function toJson(value: unknown): Json {
  return value === undefined ? null : parseJson(JSON.stringify(value));
}

export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Bytes of the value as UTF-8 JSON, which is what the service's limits count. */
export function jsonBytes(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value));
}
