import { Client, ServerPeer } from '../../broker-bridge/protocol/index.ts'
import type { Handle, Transport } from '../../broker-bridge/protocol/index.ts'

/** One end of a wire. */
interface End extends Transport {
  /** Every frame this end was given to send. */
  readonly sent: string[]
}

/** Two ends of one wire; frames arrive a microtask later, as on a real one. */
function wire(): { client: End; server: End } {
  const end = (other: () => End): End => ({
    sent: [],
    backlog: 0,
    onMessage: undefined,
    onClose: undefined,
    send(frame) {
      this.sent.push(frame)
      queueMicrotask(() => other().onMessage?.(frame))
    },
    close() {
      queueMicrotask(() => other().onClose?.('The other end closed.'))
    },
  })
  const client: End = end(() => server)
  const server: End = end(() => client)
  return { client, server }
}

/** A client and a peer that answers it with `handle`. */
export function pair(handle: Handle): { client: Client; peer: ServerPeer; ends: { client: End; server: End } } {
  const ends = wire()
  return { ends, peer: new ServerPeer(ends.server, handle), client: new Client(ends.client) }
}
