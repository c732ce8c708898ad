import type { TestContext } from 'node:test'
import { serve } from './bridgeServer.ts'
import type { FakeCore } from './fakeCore.ts'

export interface Answer {
  readonly status: number
  readonly type: string | null
  readonly text: string
}

/** A server over a fake core, and two ways to ask its HTTP API with the right token. */
export async function flower(context: TestContext): Promise<{
  core: FakeCore
  port: number
  token: string
  get: (path: string) => Promise<Answer>
  post: (path: string, body: string) => Promise<Answer>
}> {
  const { server, core } = await serve(context)
  const ask = async (method: string, path: string, body?: string): Promise<Answer> => {
    const headers = { Authorization: `Bearer ${server.token}` }
    const answer = await fetch(new URL(path, server.url), { method, headers, ...(body === undefined ? {} : { body }) })
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() }
  }
  return {
    core,
    port: server.port,
    token: server.token,
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
  }
}
