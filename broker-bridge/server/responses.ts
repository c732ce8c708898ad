import type { ServerResponse } from 'node:http'

/**
 * What every answer carries. There is no Access-Control-Allow-Origin, ever. `'self'` covers our own WebSocket: CSP 3 lets an
 * http origin's 'self' match ws, as Chromium, Firefox and Safari do.
 */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

/** An answer of the HTTP API. Pieces are sent as they come, no faster than the client reads. */
export interface ApiResponse {
  readonly status: number
  readonly type?: 'application/json; charset=UTF-8' | 'text/plain; charset=UTF-8'
  readonly body?: string | Buffer | AsyncIterable<string | Uint8Array>
  readonly headers?: Readonly<Record<string, string>>
}

export function json(value: unknown, status = 200): ApiResponse {
  return { status, type: 'application/json; charset=UTF-8', body: JSON.stringify(value) }
}

export function text(body: string, status = 200): ApiResponse {
  return { status, type: 'text/plain; charset=UTF-8', body }
}

/** Sends a whole answer. Ends the connection rather than the process when a piece of the body fails. */
export async function send(response: ServerResponse, answer: ApiResponse): Promise<void> {
  const { body = '' } = answer
  const whole = typeof body === 'string' || Buffer.isBuffer(body)
  response.writeHead(answer.status, {
    ...securityHeaders,
    ...(answer.type === undefined ? {} : { 'Content-Type': answer.type }),
    ...(whole ? { 'Content-Length': Buffer.byteLength(body) } : {}),
    ...answer.headers,
  })
  if (whole) return void response.end(body)
  for await (const piece of body) {
    if (response.destroyed) return
    if (!response.write(piece)) await drained(response)
  }
  response.end()
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done)
      resolve()
    }
    response.on('drain', done).on('close', done)
  })
}
