import type { Connection } from '../sources/connection.ts'

/** In production, what destroys much wants a name typed: a reflex cannot do that. */
export function typedIn(connection: Connection, name: string): { readonly typed?: string } {
  return connection.environment === 'production' ? { typed: name } : {}
}
