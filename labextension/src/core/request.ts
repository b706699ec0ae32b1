/** The one place that talks to the server. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { PartialJSONValue } from '@lumino/coreutils';

/** How long to wait before asking again where the store is busy. */
const BUSY_MS = [300, 1000, 3000];

export type Query = Record<string, string | number | boolean | null | undefined>;

/** An answer that is an error: what, what to do, and for a query where. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly status: number,
    readonly hint: string | null = null,
    readonly body: Record<string, unknown> = {}
  ) {
    super(message);
    this.name = 'ApiError';
  }

  /** The server could not be reached, as opposed to: it answered and refused. */
  get offline(): boolean {
    return this.status === 0;
  }

  /** The message without the place in the query, where that is shown. */
  get summary(): string {
    return this.position === null
      ? this.message
      : this.message.replace(/,? at position \d+.*$/s, '');
  }

  /** In a query, the character at which reading failed. */
  get position(): number | null {
    const error = this.body.error as { position?: unknown } | undefined;
    return typeof error?.position === 'number' ? error.position : null;
  }
}

export function apiUrl(settings: ServerConnection.ISettings, path: string, query: Query): string {
  const url = URLExt.join(settings.baseUrl, 'mlnb/api', path);
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') {
      parameters.set(name, typeof value === 'boolean' ? (value ? '1' : '0') : String(value));
    }
  }
  const text = parameters.toString();
  return text ? `${url}?${text}` : url;
}

/**
 * The body of an answer.
 *
 * @throws ApiError where the server refuses, answers something else than JSON, or isn't there.
 */
export async function requestAPI<T>(
  settings: ServerConnection.ISettings,
  path: string,
  query: Query = {},
  init: { method?: string; body?: PartialJSONValue } = {}
): Promise<T> {
  const request: RequestInit = { method: init.method ?? 'GET' };
  if (init.body !== undefined) {
    request.body = JSON.stringify(init.body);
  }
  const text = await textOf(settings, path, query, request);
  const body = parse(text);
  if (body === undefined) {
    // A login page of a proxy, say: an answer, but not of this server's extension.
    throw new ApiError(
      'The answer is not from mlnb',
      'not_json',
      502,
      'log in again, and see that nothing stands between the browser and Jupyter'
    );
  }
  return body as T;
}

/** An answer that is text, not JSON. */
export function requestText(
  settings: ServerConnection.ISettings,
  path: string,
  query: Query = {}
): Promise<string> {
  return textOf(settings, path, query, { method: 'GET' });
}

async function textOf(
  settings: ServerConnection.ISettings,
  path: string,
  query: Query,
  request: RequestInit
): Promise<string> {
  const response = await answered(settings, apiUrl(settings, path, query), request);
  const text = await response.text();
  if (!response.ok) {
    throw refusal(response, parse(text));
  }
  return text;
}

interface IErrorBody {
  error?: { code?: string; message?: string; hint?: string };
}

/** An error of mlnb's, or what stands in its place. */
function refusal({ status, statusText }: Response, answer: unknown): ApiError {
  const body = (answer ?? {}) as IErrorBody & Record<string, unknown>;
  const { error } = body;
  if (error === undefined && status === 404) {
    return new ApiError(
      'The Jupyter server does not know mlnb',
      'no_extension',
      status,
      'install mlnb where the server runs, and start it again; mlnb doctor tells more'
    );
  }
  return new ApiError(
    error?.message ?? `${status} ${statusText}`,
    error?.code ?? 'error',
    status,
    error?.hint ?? null,
    body
  );
}

/** The answer; a question that finds the store's index in use for the moment is asked again. */
async function answered(
  settings: ServerConnection.ISettings,
  url: string,
  request: RequestInit
): Promise<Response> {
  const waits = request.method === 'GET' ? [...BUSY_MS] : [];
  for (;;) {
    let response: Response;
    try {
      response = await ServerConnection.makeRequest(url, request, settings);
    } catch (reason) {
      throw new ApiError(reason instanceof Error ? reason.message : String(reason), 'offline', 0);
    }
    const wait = waits.shift();
    if (response.status !== 503 || wait === undefined) {
      return response;
    }
    await new Promise(resolve => window.setTimeout(resolve, wait));
  }
}

/** What a text of JSON says; null where it is empty, undefined where it isn't JSON. */
function parse(text: string): unknown {
  if (text === '') {
    return null;
  }
  try {
    return JSON.parse(withLongIntegers(text));
  } catch {
    return undefined;
  }
}

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/**
 * The same JSON, in which integers that a double can't hold stand as their digits in quotes: a seed of 64 bits is shown,
 * exported and compared as the one that it is.
 */
export function withLongIntegers(text: string): string {
  if (!/\d{16}/.test(text)) {
    return text;
  }
  return text.replace(TOKEN, token =>
    /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token
  );
}
