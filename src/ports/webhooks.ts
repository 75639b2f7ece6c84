/** What Git hosts send when something happened to a pull request. */
export interface Webhooks {
  /**
   * Whether whoever sent it knows the stack's webhook secret: by GitHub's, Gitea's or GitLab's signature, or GitLab's token.
   * @param headers by their names in lower case
   */
  isGenuine(headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<boolean>;
}
