import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResourcePolicy } from '../iam/policy.ts';
import { AwsError } from '../service.ts';

export type QueueMessage = { readonly id: string; readonly body: string; readonly attributes: Readonly<Record<string, string>> };

/** A message as a receiver gets it. */
export type ReceivedMessage = QueueMessage & {
  /** Of this receipt: a later one makes it useless. */
  readonly receiptHandle: string;
};

type StoredMessage = QueueMessage & {
  /** Epoch milliseconds. */
  visibleAt: number;
  receiptHandle: string | null;
};

export type Receipt = {
  readonly limit: number;
  /** Milliseconds for which nobody else receives what this one did. */
  readonly visibilityTimeout: number;
  /** Milliseconds to wait for a first message. */
  readonly wait: number;
};

/** One standard queue: what is received is hidden from others for a while, and gone only once it is deleted. */
export type Queue = {
  /** Who may send to it; null: nobody. */
  policy: ResourcePolicy | null;
  send(message: Omit<QueueMessage, 'id'>): void;
  receive(receipt: Receipt): Promise<readonly ReceivedMessage[]>;
  /** Forgets the message of a receipt; a receipt that is not the message's latest changes nothing. */
  delete(receiptHandle: string): void;
  /** Hides the message for so many milliseconds from now. */
  hide(receiptHandle: string, visibilityTimeout: number): void;
  /** Oldest first, the hidden ones too. */
  messages(): readonly QueueMessage[];
  /** How many somebody has received and not deleted. */
  hidden(): number;
};

/** @param now epoch milliseconds */
export function createQueue(now: () => number): Queue {
  const messages = new Map<string, StoredMessage>();
  const receipts = new Map<string, string>();
  let arrival = Promise.withResolvers<void>();

  const visible = (): StoredMessage[] => [...messages.values()].filter(({ visibleAt }) => visibleAt <= now());

  function take({ limit, visibilityTimeout }: Receipt): readonly ReceivedMessage[] {
    return visible().slice(0, limit).map((message) => {
      const receiptHandle = randomUUID();
      receipts.set(receiptHandle, message.id);
      Object.assign(message, { receiptHandle, visibleAt: now() + visibilityTimeout });
      const { id, body, attributes } = message;
      return { id, body, attributes, receiptHandle };
    });
  }

  function messageOf(receiptHandle: string): StoredMessage | undefined {
    const id = receipts.get(receiptHandle);
    if (id === undefined) throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${receiptHandle}" is not a valid receipt handle.`);
    const message = messages.get(id);
    return message?.receiptHandle === receiptHandle ? message : undefined;
  }

  return {
    policy: null,
    send(message) {
      const id = randomUUID();
      messages.set(id, { id, ...message, visibleAt: now(), receiptHandle: null });
      arrival.resolve();
      arrival = Promise.withResolvers();
    },
    async receive(receipt) {
      const received = take(receipt);
      if (received.length > 0 || receipt.wait === 0) return received;
      const stopping = new AbortController();
      await Promise.race([arrival.promise, sleep(receipt.wait, undefined, { signal: stopping.signal }).catch(() => undefined)]);
      stopping.abort();
      return take(receipt);
    },
    delete(receiptHandle) {
      const message = messageOf(receiptHandle);
      if (message !== undefined) messages.delete(message.id);
    },
    hide(receiptHandle, visibilityTimeout) {
      const message = messageOf(receiptHandle);
      if (message === undefined || message.visibleAt <= now()) {
        throw new AwsError('InvalidParameterValue', `Value ${receiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`);
      }
      message.visibleAt = now() + visibilityTimeout;
    },
    messages: () => [...messages.values()].map(({ id, body, attributes }) => ({ id, body, attributes })),
    hidden: () => messages.size - visible().length,
  };
}
