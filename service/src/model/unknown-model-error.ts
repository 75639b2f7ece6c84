/** The source has no such model, or the model no such alias; the message says which. */
export class UnknownModelError extends Error {
  override readonly name = 'UnknownModelError';
}
