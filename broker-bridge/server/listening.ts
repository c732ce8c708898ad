import type { Server } from 'node:http'

/** The server cannot listen; the message is a sentence for a person. */
export class ListenProblem extends Error {}

/** @throws ListenProblem when the port is taken or not allowed */
export async function listen(http: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    http.once('error', (error) => reject(new ListenProblem(sentenceOf(error, port))))
    http.listen(port, '127.0.0.1', () => resolve())
  })
}

function sentenceOf(error: Error, port: number): string {
  const elsewhere = 'with --port, or leave --port away.'
  switch ('code' in error ? error.code : '') {
    case 'EADDRINUSE':
      return `Port ${port} of 127.0.0.1 is in use by another program; choose another ${elsewhere}`
    case 'EACCES':
      return `Port ${port} of 127.0.0.1 is not allowed for you; choose one above 1023 ${elsewhere}`
    default:
      return `The monitor cannot listen on 127.0.0.1, port ${port}: ${error.message}`
  }
}
