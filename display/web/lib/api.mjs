// SPDX-License-Identifier: Apache-2.0
/*
 * One request, one answer. Nothing here throws: a lost network is an answer like any other, with
 * status 0. What changes something carries a key, and asking again carries the same key, so that a
 * repeated request is done once. Must not know any page.
 */

/** Codes of "try again with the same key": outcome unknown, busy or mending. */
const AGAIN = new Set([902, 903]);

/** @returns {Promise<{ok: boolean, status: number, code: number, data: any, retry_s: number}>} */
export async function ask(method, path, { body, token, key, timeout_ms = 8000 } = {}) {
  const headers = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Bearer ${token}`;
  if (key) headers['Idempotency-Key'] = key;
  const options = { method, headers, credentials: 'same-origin', cache: 'no-store' };
  if (body !== undefined) options.body = JSON.stringify(body);
  try {
    options.signal = AbortSignal.timeout(timeout_ms);
    const reply = await fetch(`/api/v1/${path}`, options);
    const data = reply.status === 204 ? null : await reply.json();
    return {
      ok: reply.ok,
      status: reply.status,
      code: reply.ok ? 0 : Number(data?.code ?? 0),
      data,
      retry_s: Number(reply.headers.get('Retry-After') ?? 0),
    };
  } catch {
    return { ok: false, status: 0, code: 0, data: null, retry_s: 0 };
  }
}

/** Whether the same request may be sent once more without anybody deciding anything. */
export function again(answer) {
  return answer.status === 0 || AGAIN.has(answer.code);
}

/** Asks with one key until there is an answer; `trying(n)` hears of each further try. */
export async function askSurely(method, path, options = {}, { tries = 5, trying = () => {} } = {}) {
  const key = options.key ?? freshKey();
  let answer;
  for (let n = 1; n <= tries; n++) {
    answer = await ask(method, path, { ...options, key });
    if (!again(answer) || n === tries) break;
    trying(n);
    await new Promise((resolve) => setTimeout(resolve, Math.min(400 * 2 ** n, 3000)));
  }
  return answer;
}

/** A key nobody used before. randomUUID needs a secure context; a hall's network has plain HTTP. */
export function freshKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What an answer that is no success says to a person: what is the matter, and what to do. */
export function problem(answer, language, t) {
  if (answer.status === 0) return { title: t('trouble.offline'), detail: t('trouble.offline.do') };
  const data = answer.data ?? {};
  const zh = language === 'zh';
  return {
    title: (zh ? data.title_zh : data.title) || t('trouble.other'),
    detail: (zh ? data.detail_zh : data.detail) || t('trouble.other.do'),
  };
}
