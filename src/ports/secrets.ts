/** Secrets by name. Values never appear in messages, logs or results. */
export interface Secrets {
  /** The secret's text. @throws NotFoundError or ForbiddenError naming the secret */
  read(name: string): Promise<string>;
}
