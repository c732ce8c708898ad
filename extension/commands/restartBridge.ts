import type { Execute } from '../warren.ts'

/** Starts the bridge again, also after it was given up. */
export const restartBridge: Execute = (warren) => warren.bridge.restart()
