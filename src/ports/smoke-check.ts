/** What a service says of itself. */
export type SmokeAnswer = {
  readonly status: number;
  /** First line of the body, shortened: enough to recognise an error by, and no more. */
  readonly line: string;
};

/** Asks a service over HTTP whether it works, as its users would. */
export interface SmokeCheck {
  /** @throws UnavailableError or TimeoutError when nothing answers; ConfigurationError for a URL or certificate that can't be used */
  get(url: string): Promise<SmokeAnswer>;
}
