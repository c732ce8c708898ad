import type { ApiRequest } from '../server.ts'
import { BadRequest } from './parameters.ts'

/** Parameters of the address and of a form in the body, as Flower reads them: it does not care where they stand. */
export async function parametersOf(request: ApiRequest): Promise<URLSearchParams> {
  const all = new URLSearchParams(request.query)
  const type = request.headers['content-type'] ?? ''
  if (!type.toLowerCase().startsWith('application/x-www-form-urlencoded')) return all
  for (const [name, value] of new URLSearchParams(await request.body())) all.append(name, value)
  return all
}

/** The value that was given last, as in Flower. */
export function given(parameters: URLSearchParams, name: string): string | null {
  return parameters.getAll(name).at(-1)?.trim() ?? null
}

export function required(parameters: URLSearchParams, name: string): string {
  const value = given(parameters, name)
  if (value === null || value === '') throw new BadRequest(`Missing argument ${name}`)
  return value
}

export function wholeNumber(parameters: URLSearchParams, name: string, absent?: number): number {
  const value = given(parameters, name) ?? ''
  if (value === '' && absent !== undefined) return absent
  if (value === '') throw new BadRequest(`Missing argument ${name}`)
  if (!/^[+-]?\d{1,9}$/.test(value)) throw new BadRequest(`Invalid argument '${value.slice(0, 100)}' of type 'int'`)
  return Number(value)
}

/** Null when absent or empty. */
export function decimal(parameters: URLSearchParams, name: string): number | null {
  const value = given(parameters, name) ?? ''
  if (value === '') return null
  const read = Number(value)
  if (!Number.isFinite(read)) throw new BadRequest(`Invalid argument '${value.slice(0, 100)}' of type 'float'`)
  return read
}
