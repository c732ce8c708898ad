import { STATUS_CODES } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { visibleLine } from '../protocol/index.ts'
import { redactText } from '../redact.ts'

/** The body of a request is larger than allowed; the answer is 413. */
export class TooLarge extends Error {}

/**
 * Reads a request's body as text. What is over the limit is read on and thrown away, so that the client gets its answer.
 * @param limit bytes
 * @throws TooLarge, and an Error when the client goes away
 */
export function readBody(request: IncomingMessage, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limit) return void chunks.push(chunk)
      chunks.length = 0
      reject(new TooLarge())
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.on('close', () => reject(new Error('The client went away before its request was complete.')))
  })
}

/** The path as it came, still percent-encoded, and the query. */
export function target(request: IncomingMessage): { path: string; query: URLSearchParams } {
  const url = request.url ?? ''
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return { path, query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)) }
}

/** For the log: the method and the path, nothing of the query. */
export function described(request: IncomingMessage): string {
  return redactText(visibleLine(`${request.method ?? ''} ${(request.url ?? '').replace(/[?#].*$/s, '')}`, 300))
}

/** All values of a header as they came; Node's own view joins some repeats and drops others. */
export function valuesOf(request: IncomingMessage, name: string): string[] {
  return request.rawHeaders.filter((_value, index) => index % 2 === 1 && request.rawHeaders[index - 1]?.toLowerCase() === name)
}

/** Answers on a bare socket, where there is no response to answer with, and ends it. */
export function refuseSocket(socket: Duplex, status: number): void {
  if (!socket.writable) return void socket.destroy()
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
    socket.destroy(),
  )
}

/** The whole of an error for the log, without secrets. */
export function reasonOf(error: unknown): string {
  return redactText(error instanceof Error ? (error.stack ?? error.message) : String(error))
}
