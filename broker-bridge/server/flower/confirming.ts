import * as v from 'valibot'
import { Confirmation, httpCaller, RequestError, requestSchemas } from '../../protocol/index.ts'
import type { ActionMethod, Result, ValidParams } from '../../protocol/index.ts'
import type { Core, CoreMethod } from '../core.ts'
import { BadRequest } from './parameters.ts'

type Asking = Extract<ActionMethod, CoreMethod>

/**
 * Does what a script asks for. A request that names one worker or one task, to be told or to be sent, is its own confirmation, as in Flower; whatever reaches
 * more than that asks back, and the caller sees the question. In production, where a name is to be typed, the request has to bear it.
 * @throws BadRequest for a value that cannot be, RequestError with the bridge's refusal
 */
export async function act<M extends Asking>(core: Core, method: M, params: unknown): Promise<Result<M>> {
  const result = v.safeParse(requestSchemas[method], params)
  if (!result.success) throw new BadRequest(result.issues[0].message.slice(0, 300))
  const valid = result.output as ValidParams<M>
  try {
    return await core.call(method, valid, httpCaller)
  } catch (error) {
    const asked = error instanceof RequestError && error.code === 'confirmation_needed' ? error.data : undefined
    const confirmation = v.safeParse(Confirmation, asked)
    if (!confirmation.success || confirmation.output.count !== 1) throw error
    const { nonce, typed } = confirmation.output
    if (typed !== undefined && !names(valid, typed)) throw error
    return core.call(method, { ...valid, nonce, ...(typed === undefined ? {} : { typed }) }, httpCaller)
  }
}

/** Whether the script wrote the name itself: for one worker, it is in the path. */
function names(params: object, typed: string): boolean {
  return 'workers' in params && Array.isArray(params.workers) && params.workers.length === 1 && params.workers[0] === typed
}
