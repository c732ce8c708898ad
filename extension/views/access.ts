import type { ConnectionInfo } from '../../broker-bridge/protocol/index.ts'

/**
 * The last word of a line's context: menus that act want `writable` at its end, so that no text of the broker before it can stand for
 * it. The bridge refuses anyway.
 */
export type Access = 'writable' | 'readOnly'

/** Nothing can be changed either on a connection that is not there. */
export function accessOf(connections: readonly Pick<ConnectionInfo, 'id' | 'readOnly'>[], id: string): Access {
  return connections.find((connection) => connection.id === id)?.readOnly === false ? 'writable' : 'readOnly'
}
