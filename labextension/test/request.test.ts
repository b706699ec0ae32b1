/** What comes over the wire is what was sent. */

import { ServerConnection } from '@jupyterlab/services';
import { describe, expect, it } from 'vitest';
import { requestAPI, withLongIntegers } from '../src/core/request';

const settings = (body: string, status = 200): ServerConnection.ISettings =>
  ServerConnection.makeSettings({
    baseUrl: 'http://localhost/',
    fetch: () => Promise.resolve(new Response(body, { status }))
  });

describe('an answer', () => {
  it('keeps integers that a double cannot hold, digit by digit', async () => {
    const sent = '{"seed":12345678901234567891,"lr":0.12345678901234567,"n":-9007199254740993}';
    expect(await requestAPI(settings(sent), 'runs')).toEqual({
      seed: '12345678901234567891',
      lr: Number('0.12345678901234567'),
      n: '-9007199254740993'
    });
  });

  it('leaves text alone, whatever it holds', () => {
    const text = JSON.stringify({
      note: '"12345678901234567891", \\ 12345678901234567891 "',
      a: 1e300
    });
    expect(withLongIntegers(text)).toBe(text);
    expect(withLongIntegers('[1234567890123456]')).toBe('[1234567890123456]');
  });

  it('of a server without mlnb says what is missing, not that a page was not found', async () => {
    await expect(requestAPI(settings('<html>404</html>', 404), 'runs')).rejects.toMatchObject({
      code: 'no_extension',
      message: 'The Jupyter server does not know mlnb'
    });
    const own = '{"error":{"code":"not_found","message":"no run X","hint":null}}';
    await expect(requestAPI(settings(own, 404), 'runs/X')).rejects.toMatchObject({
      code: 'not_found',
      message: 'no run X'
    });
  });

  it('that is a login page is said to be none, and nothing reads on from it', async () => {
    await expect(requestAPI(settings('<html>Log in</html>'), 'runs')).rejects.toMatchObject({
      code: 'not_json'
    });
  });
});
