import type { Transport } from '../../broker-bridge/protocol/index.ts'

/** Where a bridge's socket is: `socket` below its base address, which may carry a path prefix of a proxy. */
export function socketAddress(base: string): string {
  const url = new URL(base)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Error('The address of a bridge begins with http: or https:.')
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/socket`
  url.search = ''
  url.hash = ''
  return url.href
}

/**
 * Opens a WebSocket as a transport.
 * @param address a ws: or wss: address
 * @param timeout milliseconds until an unanswered attempt is given up
 * @throws Error when it does not open
 */
export function openWebSocket(address: string, timeout: number): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    const giveUp = (): void => {
      clearTimeout(timer)
      socket.onopen = socket.onclose = null
      socket.close()
      reject(new Error('The bridge does not answer.'))
    }
    const timer = setTimeout(giveUp, timeout)
    socket.onclose = giveUp
    socket.onopen = () => {
      clearTimeout(timer)
      resolve(transportOver(socket))
    }
  })
}

function transportOver(socket: WebSocket): Transport {
  const transport: Transport = {
    send: (frame) => socket.send(frame),
    close: () => socket.close(1000),
    get backlog() {
      return socket.bufferedAmount
    },
    onMessage: undefined,
    onClose: undefined,
  }
  socket.onmessage = (event: MessageEvent<unknown>) => {
    if (typeof event.data === 'string') transport.onMessage?.(event.data)
  }
  socket.onclose = (event) => transport.onClose?.(event.reason || 'The connection to the bridge ended.')
  return transport
}
