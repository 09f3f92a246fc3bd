// Calls to the gateway, with the key where there is one.

import { delay, whenSeen } from './dom.js';

const keyName = 'odiff-key';
const longestSilence = 30_000; // three times as long as the gateway is ever silent
const longestPause = 8_000;

export class Unauthorized extends Error {}
export class NotFound extends Error {}

export const key = {
  get: () => sessionStorage.getItem(keyName),
  set: value => sessionStorage.setItem(keyName, value),
  forget: () => sessionStorage.removeItem(keyName),
};

/** What the gateway answers to a path. */
export async function ask(path, { signal, headers } = {}) {
  const all = new Headers(headers);
  if (key.get()) {
    all.set('Authorization', `Bearer ${key.get()}`);
  }
  const response = await fetch(path, { signal, headers: all, cache: 'no-store' });
  if (response.ok) {
    return response;
  }
  const problem = await response.json().catch(() => null);
  const detail = problem?.detail ?? problem?.title ?? `the gateway answers ${response.status}`;
  throw response.status === 401 ? new Unauthorized(detail)
    : response.status === 404 ? new NotFound(detail)
      : new Error(detail);
}

export const askJson = async (path, options) => (await ask(path, options)).json();

/**
 * Server-sent events of a path, over as many connections as it takes, up to 'end'. Beside those of the gateway there are
 * 'open' and 'lost'. EventSource could not send a key. While the page is not seen its connection is given back.
 */
export async function* events(path, signal) {
  let lastId = null;
  let pause = 500;
  while (!signal.aborted) {
    await whenSeen(signal);
    const connection = new AbortController();
    const end = () => connection.abort();
    const endUnseen = () => document.hidden && end();
    signal.addEventListener('abort', end);
    document.addEventListener('visibilitychange', endUnseen);
    try {
      const headers = lastId === null ? {} : { 'Last-Event-ID': lastId };
      const response = await ask(path, { signal: connection.signal, headers });
      if (response.status === 204) {
        return;
      }
      pause = 500;
      yield { type: 'open' };
      for await (const event of read(response.body, end)) {
        lastId = event.id ?? lastId;
        yield event;
        if (event.type === 'end') {
          return;
        }
      }
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      if (error instanceof Unauthorized || error instanceof NotFound) {
        throw error;
      }
    } finally {
      end();
      signal.removeEventListener('abort', end);
      document.removeEventListener('visibilitychange', endUnseen);
    }
    if (!document.hidden && !signal.aborted) {
      yield { type: 'lost' };
      await delay(pause, signal);
      pause = Math.min(2 * pause, longestPause);
    }
  }
}

async function* read(body, end) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (true) {
    const silence = setTimeout(end, longestSilence);
    const { value, done } = await reader.read().finally(() => clearTimeout(silence));
    if (done) {
      return;
    }
    text += value;
    const parts = text.split('\n\n');
    text = parts.pop();
    yield* parts.map(parse);
  }
}

function parse(text) {
  const event = { type: 'message', id: null, data: null };
  const data = [];
  for (const line of text.split('\n')) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (field === 'event') {
      event.type = value;
    } else if (field === 'id') {
      event.id = value;
    } else if (field === 'data') {
      data.push(value);
    }
  }
  const all = data.join('\n');
  event.data = all ? JSON.parse(all) : null;
  return event;
}
