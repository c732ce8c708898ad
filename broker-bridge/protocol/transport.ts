/** The one thing the protocol needs of a carrier: WebSocket, or the extension's relay over postMessage. Frames are JSON texts. */
export interface Transport {
  send(frame: string): void
  close(): void
  /** Bytes accepted but not yet on their way; a sender of snapshots skips while this is high. */
  readonly backlog: number
  onMessage: ((frame: string) => void) | undefined
  onClose: ((reason: string) => void) | undefined
}
