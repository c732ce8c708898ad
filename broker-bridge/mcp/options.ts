import { delimiter } from 'node:path'
import { Secret } from '../redact.ts'

/** How language models are served. */
export interface ModelOptions {
  /** The running bridge to join; null runs one of its own. */
  readonly join: { readonly url: string; readonly token: Secret } | null
  /** Folders whose source code may be shown. */
  readonly workspace: readonly string[]
  readonly allowActions: boolean
}

/** The options on the command line that are about language models. */
export const modelFlags = {
  mcp: { type: 'boolean', value: '', help: 'serve language models (Model Context Protocol) over standard input and output' },
  attach: { type: 'boolean', value: '', help: 'with --mcp: use the Warren that runs at WARREN_URL, with its WARREN_TOKEN' },
  workspace: {
    type: 'string',
    value: 'FOLDER',
    help: `with --mcp: show source code below this folder (several with ${delimiter} between them)`,
  },
  'allow-actions': {
    type: 'boolean',
    value: '',
    help: 'with --mcp: let models enqueue, retry and revoke; the user is asked each time',
  },
} as const

type Environment = Readonly<Record<string, string | undefined>>
/** Options that say how people look, or what a bridge of its own watches. */
const others = ['stdio', 'json', 'port', 'no-open', 'open-metrics'] as const
const own = [
  'broker',
  'broker-file',
  'management',
  'result-backend',
  'ca',
  'cert',
  'key',
  'name',
  'open',
  'read-only',
  'read-write',
] as const

/** @returns null without `--mcp`; a problem as a sentence */
export function readModelOptions(given: ReadonlyMap<string, string>, env: Environment): ModelOptions | null | string {
  if (!given.has('mcp')) {
    const stray = ['attach', 'workspace', 'allow-actions'].find((name) => given.has(name))
    return stray === undefined ? null : `--${stray} is of use with --mcp only.`
  }
  const wrong = others.find((name) => given.has(name))
  if (wrong !== undefined) return `Give either --mcp or --${wrong}, not both.`
  const plain = {
    workspace: (given.get('workspace') ?? '').split(delimiter).filter(Boolean),
    allowActions: given.has('allow-actions'),
  }
  if (!given.has('attach')) return { ...plain, join: null }
  const unused = own.find((name) => given.has(name))
  if (unused !== undefined) return `--attach uses the connections of a running Warren; leave --${unused} away.`
  const { WARREN_URL: url, WARREN_TOKEN: token } = env
  if (!url || !token)
    return '--attach needs WARREN_URL and WARREN_TOKEN in the environment; a running Warren prints both with --json.'
  return { ...plain, join: { url, token: new Secret(token) } }
}
