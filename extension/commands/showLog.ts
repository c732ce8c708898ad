import type { Execute } from '../warren.ts'

/** Shows the log of the extension and its bridge. */
export const showLog: Execute = (warren) => warren.log.show()
