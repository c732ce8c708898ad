import type { Transport } from '../../broker-bridge/protocol/index.ts'
import type { Host } from '../host.ts'
import { openRelay } from './relay.ts'
import { openWebSocket, socketAddress } from './websocket.ts'

/** Opens a way to the bridge at this base address. */
export type OpenTransport = (base: string) => Promise<{ readonly transport: Transport; readonly relayed: boolean }>

const patienceInVsCode = 2_000
const patienceInBrowser = 10_000

/** A browser has the WebSocket only; VS Code has the relay when the WebSocket does not open within two seconds. */
export function transportOpener(host: Host): OpenTransport {
  if (host.kind === 'browser') {
    return async (base) => ({ transport: await openWebSocket(socketAddress(base), patienceInBrowser), relayed: false })
  }
  // Per address: what opened once by WebSocket is only away when it fails, and what stops a WebSocket once stops the next one too.
  const ways = new Map<string, 'socket' | 'relay'>()
  return async (base) => {
    const way = ways.get(base)
    if (way !== 'relay') {
      try {
        const transport = await openWebSocket(socketAddress(base), patienceInVsCode)
        ways.set(base, 'socket')
        return { transport, relayed: false }
      } catch (error) {
        if (way === 'socket') throw error
      }
    }
    ways.set(base, 'relay')
    return { transport: openRelay(host), relayed: true }
  }
}
