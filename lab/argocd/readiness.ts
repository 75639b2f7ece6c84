import { once } from 'node:events';
import { get } from 'node:http';
import { get as getOverTls } from 'node:https';

/** A check that a URL answers 200; it throws while nobody listens there. */
export function answers(url: string, ca?: string): () => Promise<boolean> {
  return async () => {
    const request = ca === undefined ? get(url, { agent: false }) : getOverTls(url, { agent: false, ca });
    try {
      const [response] = (await once(request, 'response')) as [{ statusCode?: number }];
      return response.statusCode === 200;
    } finally {
      request.destroy();
    }
  };
}
