/** An event as rules match it and targets receive it. */
export type AwsEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO-8601 in whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
};

/** What becomes of an event on its way from a service to the bus: published once, as a rule; never or several times where delivery is best effort. */
export type EventCarrier = (event: AwsEvent, publish: (event: AwsEvent) => void) => void;
