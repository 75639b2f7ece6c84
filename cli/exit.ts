/** Exit codes of every command. */
export const EXIT = {
  /** It did what was asked: for a deployment, the new pods are Ready on the digest. */
  succeeded: 0,
  /** It ended otherwise. */
  failed: 1,
  /** It was asked in a way that can't be understood. */
  usage: 2,
  /** Somebody ended it, by Ctrl-C as a rule. */
  interrupted: 130,
} as const;
