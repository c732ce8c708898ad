import type { TracingSwitch } from './payloadTap.ts'
import { Tracing } from './rabbitmq/tracing.ts'

/**
 * A broker's tracing by what its tap handed over (`handOver`), for a process that has no connection to it. Apart from `index.ts`, so that
 * this process is small. @throws where it is something else
 */
export function tracingOf(access: unknown): TracingSwitch {
  return Tracing.from(access)
}
