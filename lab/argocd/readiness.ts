import { once } from 'node:events';
import { get } from 'node:http';
import { get as getOverTls } from 'node:https';
import { connect } from 'node:net';

/** A check that somebody listens on a port of loopback; it throws while nobody does. */
export function accepts(port: number): () => Promise<boolean> {
  return async () => {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return true;
    } finally {
      socket.destroy();
    }
  };
}

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
