import { connect, createServer, type Socket } from 'node:net'

/** A way to a broker that a test can bend. */
export interface Forwarder extends AsyncDisposable {
  readonly port: number
  /** How many connections came in so far. */
  readonly accepted: () => number
  /** The next connection is cut after so many bytes from the broker, the ones after it are not; null cuts none. */
  cutNext: number | null
  /** Most bytes any connection brought from the broker. */
  readonly mostPassed: () => number
}

/** Forwards TCP from a free port of `host` to a port on 127.0.0.1. Fails where the machine has no such address (`::1`). */
export async function startForwarder(target: number, host = '127.0.0.1'): Promise<Forwarder> {
  const sockets = new Set<Socket>()
  let accepted = 0
  let most = 0
  const server = createServer((client) => {
    accepted++
    const broker = connect(target, '127.0.0.1')
    const cut = forwarder.cutNext
    forwarder.cutNext = null
    let passed = 0
    for (const socket of [client, broker]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        broker.destroy()
      })
    }
    client.pipe(broker)
    broker.on('data', (bytes: Buffer) => {
      const rest = cut === null ? bytes.length : Math.max(0, cut - passed)
      passed += bytes.length
      most = Math.max(most, passed)
      client.write(bytes.subarray(0, rest))
      if (rest < bytes.length) client.destroySoon()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  const address = server.address()
  const forwarder: Forwarder = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    accepted: () => accepted,
    cutNext: null,
    mostPassed: () => most,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return forwarder
}
