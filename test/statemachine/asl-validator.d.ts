declare module 'asl-validator' {
  /** Whether a definition is valid Amazon States Language, and what is wrong with it. */
  export default function aslValidator(definition: object): { readonly isValid: boolean; readonly errorsText?: (separator: string) => string };
}
