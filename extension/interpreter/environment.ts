import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'dotenv'

const longest = 200_000

/** The variables that `.env` of a folder sets for the code in it, as VS Code's Python extension reads it; none without such a file. */
export async function folderEnvironment(folder: string): Promise<Record<string, string>> {
  const text = await readFile(join(folder, '.env'), 'utf8').catch(() => '')
  return text.length > longest ? {} : parse(text)
}
