/**
 * Stands in the bundle for the compiler of JSON schemas that the protocol's library would bring, twice as large as all that is used of
 * it: `server.ts` checks the one answer that it asks for by itself, and gives the library a validator of its own.
 */
export default function NoSchemaCompiler(): never {
  throw new Error('Nothing compiles JSON schemas here.')
}
