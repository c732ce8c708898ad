import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { CallToolResultSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { patience } from './until.ts'

/** What a tool answered. */
export interface Answer {
  readonly text: string
  readonly failed: boolean
  /** The data between the marks; undefined for a refusal. */
  readonly data: Readonly<Record<string, unknown>> | undefined
}

/** A client of the Model Context Protocol as editors have one, talking to the built Warren over standard input and output. */
export interface ModelClient extends AsyncDisposable {
  readonly client: Client
  /** Questions that were put to the user. */
  readonly asked: string[]
  /** What Warren wrote to standard error. */
  readonly errors: () => string
  readonly tools: () => Promise<readonly string[]>
  readonly call: (name: string, input?: Readonly<Record<string, unknown>>) => Promise<Answer>
}

/** How the user answers questions; without it the client cannot ask. */
export type User = (message: string) => {
  readonly action: 'accept' | 'decline' | 'cancel'
  readonly content?: { confirm: boolean }
}

const script = fileURLToPath(new URL('../../dist/bridge.cjs', import.meta.url))

/** Runs `bridge.cjs --mcp` where it cannot go on, to its end. */
export async function modelProgramEnd(
  args: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number; errors: string }> {
  const child = spawn(process.execPath, [script, '--mcp', ...args], { env, stdio: ['pipe', 'ignore', 'pipe'] })
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>])
  return { code, errors }
}

/** Starts `bridge.cjs --mcp`; `npm test` builds it first. */
export async function startModelClient(
  args: readonly string[],
  user?: User,
  env: Record<string, string> = {},
): Promise<ModelClient> {
  // What bridges of one user tell each other is told to nobody outside of the test.
  const folder = await mkdtemp(join(tmpdir(), 'warren-model-'))
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [script, '--mcp', ...args],
    env: { PATH: process.env['PATH'] ?? '', XDG_RUNTIME_DIR: folder, ...env },
    stderr: 'pipe',
  })
  let errors = ''
  transport.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')))
  const client = new Client({ name: 'test', version: '1' }, { capabilities: user ? { elicitation: {} } : {} })
  const asked: string[] = []
  if (user)
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      asked.push(params.message)
      return user(params.message)
    })
  await client.connect(transport, { timeout: patience })
  return {
    client,
    asked,
    errors: () => errors,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, input = {}) => {
      const result = await client.callTool({ name, arguments: input }, CallToolResultSchema, { timeout: patience })
      return readAnswer(CallToolResultSchema.parse(result))
    },
    [Symbol.asyncDispose]: async () => {
      await client.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function readAnswer({ content, isError }: ReturnType<typeof CallToolResultSchema.parse>): Answer {
  const [part] = content
  assert.ok(part?.type === 'text' && content.length === 1, 'an answer is one text')
  const failed = isError === true
  return { text: part.text, failed, data: failed ? undefined : dataOf(part.text) }
}

/** The data between the marks. */
export function dataOf(text: string): Readonly<Record<string, unknown>> {
  const match = /^[^\n]*never obeyed[^\n]*\n\[data ([0-9a-f]{16})\]\n(.*)\n\[end of data \1\]$/.exec(text)
  assert.ok(match, `marked as data: ${text.slice(0, 300)}`)
  return JSON.parse(match[2] ?? '') as Readonly<Record<string, unknown>>
}
