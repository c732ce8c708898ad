import type { Transport } from '../../broker-bridge/protocol/index.ts'
import type { VsCodeHost } from '../host.ts'

/** The same frames carried by the extension over postMessage, for places where a proxy lets no WebSocket through. */
export function openRelay(host: Pick<VsCodeHost, 'post' | 'onMessage'>): Transport {
  const stop = host.onMessage((message) => {
    if (message.type === 'relayFrame') transport.onMessage?.(message.frame)
    if (message.type !== 'relayClosed') return
    stop()
    transport.onClose?.(message.reason)
  })
  const transport: Transport = {
    send: (frame) => host.post({ type: 'relaySend', frame }),
    close: () => {
      stop()
      host.post({ type: 'relayClose' })
    },
    backlog: 0,
    onMessage: undefined,
    onClose: undefined,
  }
  host.post({ type: 'relayOpen' })
  return transport
}
