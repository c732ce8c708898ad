import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One file of the page, held in memory. */
export interface PageFile {
  readonly type: string
  readonly body: Buffer
}

/** The page by exact URL path. What is no key here does not exist: no URL is ever turned into a file's path. */
export type Page = ReadonlyMap<string, PageFile>

const files = {
  '/index.html': 'text/html; charset=utf-8',
  '/webview.js': 'text/javascript; charset=utf-8',
  '/codicon.css': 'text/css; charset=utf-8',
  '/codicon.ttf': 'font/ttf',
} as const

/**
 * Reads the page from its folder, once.
 * @throws when a file is missing: the program was not built
 */
export function loadPage(folder: string): Page {
  const page = new Map<string, PageFile>()
  for (const [path, type] of Object.entries(files)) page.set(path, { type, body: readPageFile(join(folder, path.slice(1))) })
  const index = page.get('/index.html')
  return index === undefined ? page : page.set('/', index)
}

function readPageFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new Error(`The page's file ${file} is missing; build it with: npm run build`, { cause: error })
  }
}
