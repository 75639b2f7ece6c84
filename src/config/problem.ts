/** Something wrong with a configuration file: which key, and why. */
export type Problem = { readonly path: readonly PropertyKey[]; readonly message: string };
