import { randomInt } from 'node:crypto'
import { createServer, type Server } from 'node:net'

/**
 * Free ports on 127.0.0.1, all different. They lie below the ports the system hands to outgoing connections (from 32768 on Linux,
 * 49152 elsewhere): with a port from that range a client that reconnects to a stopped broker can be given the broker's own port
 * and then talks to itself, and the broker cannot start again.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = []
  try {
    while (held.length < count) {
      const server = await listen(randomInt(21_000, 32_000))
      if (server) held.push(server)
    }
    return held.map(portOf)
  } finally {
    for (const server of held) server.close()
  }
}

function listen(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server))
  })
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('A TCP server is expected to have a port.')
  return address.port
}
